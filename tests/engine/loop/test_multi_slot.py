"""Multi-slot calls: each slot is an ordinary event, and the events of a call belong together."""

import pytest

from engine import LearningLoop
from engine.loop import multi_slot
from engine.loop.entries import Dangling, Ranked
from engine.protocol.multi_slot import parse_multi_slot_request
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits
from tests.engine.loop.loops import small_loop
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS, Json

SLOTS: list[Json] = [
    {"id": "hero", "features": [{"size": "large"}], "baselineAction": "brew"},
    {"id": "side", "baselineAction": "latte"},
]


def call(loop: LearningLoop, event_id: str | None = "e", **more: bool) -> dict[str, str]:
    """The shown action of each slot."""
    answer = loop.rank_multi_slot(DRINKS, SLOTS, CONTEXTS[0], event_id, **more)
    assert event_id in (None, answer.event_id)
    return {slot.id: slot.reward_action_id for slot in answer.slots}


def test_no_action_is_shown_twice() -> None:
    loop = LearningLoop(seed=3, clock=ManualClock())
    for number in range(30):
        shown = call(loop, None)
        assert len({*shown.values()}) == 2
        hero, side = list(loop.events.values())[-2:]
        assert side.ranked.probabilities[_place(side.ranked, shown["hero"])] == 0
        assert sum(side.ranked.probabilities) == pytest.approx(1)
        loop.reward_multi_slot(hero.ranked.event_id, {"hero": float(number % 2)})


def _place(ranked: Ranked, action: str) -> int:
    return [offered.id for offered in ranked.request.actions].index(action)


def test_the_answer_is_the_services_json() -> None:
    loop = small_loop()
    answer = loop.rank_multi_slot(DRINKS, SLOTS, CONTEXTS[0], "e")
    hero, side = (event.ranked.action_id for event in loop.events.values())
    assert answer.to_json() == {
        "eventId": "e",
        "slots": [
            {"id": "hero", "rewardActionId": hero},
            {"id": "side", "rewardActionId": side},
        ],
    }


def test_a_slot_decides_and_learns_as_a_rank_call_of_its_own() -> None:
    together, apart = (LearningLoop(seed=5, clock=ManualClock()) for _ in range(2))
    for number in range(20):
        shown = call(together, f"{number}")
        request = parse_multi_slot_request(DRINKS, SLOTS, CONTEXTS[0], f"{number}")
        used: list[str] = []
        for at, slot in enumerate(shown):
            event_id = f"{number}/side" if at else f"{number}"
            ranked = apart.ask(request.for_slot(at, used, event_id))
            assert ranked.action_id == shown[slot]
            used.append(ranked.action_id)
        for slot, event_id in (("side", f"{number}/side"), ("hero", f"{number}")):
            value = float(shown[slot] == "mocha")
            together.reward_multi_slot(f"{number}", {slot: value})
            apart.reward(event_id, value)
    assert learned_bits(together.learner) == learned_bits(apart.learner)


def test_an_apprentice_shows_each_slots_baseline() -> None:
    assert call(small_loop(learning_mode="apprentice")) == {"hero": "brew", "side": "latte"}


def test_the_same_call_gets_the_recorded_answer_and_another_is_refused() -> None:
    loop = small_loop()
    first, entries = call(loop), len(loop.log)
    loop.reward_multi_slot("e", {"hero": 1.0})
    assert call(loop) == first
    assert len(loop.log) == entries + 1
    error = refusal(lambda: loop.rank_multi_slot(DRINKS, SLOTS, CONTEXTS[1], "e"))
    assert (error.code, error.target) == ("InvalidRankRequest", "eventId")
    served = loop.serve_multi_slot(parse_multi_slot_request(DRINKS, SLOTS, CONTEXTS[1], "e"))
    assert [ranked.action_id for ranked in served] == [*first.values()]
    assert len(loop.log) == entries + 1


def test_a_slot_without_a_reward_gets_the_default_when_its_wait_is_over() -> None:
    clock = ManualClock()
    loop = LearningLoop(seed=1, clock=clock)
    call(loop)
    loop.reward_multi_slot("e", {"side": 0.5})
    clock.advance(minutes=11)
    loop.rank(DRINKS)
    assert [event.rewards for event in loop.events.values()] == [[0.0], [0.5], []]
    assert [event.earned for event in loop.events.values()] == [0.0, 0.5, None]


def test_activation_is_for_all_slots() -> None:
    loop = small_loop()
    call(loop, defer_activation=True)
    loop.reward_multi_slot("e", {"hero": 1.0})
    assert [event.earned for event in loop.events.values()] == [None, None]
    loop.activate_multi_slot("e")
    assert [event.activated for event in loop.events.values()] == [True, True]
    assert [event.earned for event in loop.events.values()] == [1.0, None]
    assert refusal(lambda: loop.activate_multi_slot("x")).code == "InvalidEventIdToActivate"


def test_rewards_are_given_together_or_not_at_all() -> None:
    loop = small_loop()
    call(loop)
    error = refusal(lambda: loop.reward_multi_slot("e", {"hero": 1.0, "foot": 1.0}))
    assert error.message == "slotId is 'foot', but must be one of hero, side."
    assert refusal(lambda: loop.reward_multi_slot("e", {"hero": 1, "side": 2})).target == "value"
    assert [event.rewards for event in loop.events.values()] == [[], []]
    assert refusal(lambda: loop.reward_multi_slot("x", {"hero": 1})).code == "ResourceNotFound"
    loop.rank(DRINKS, event_id="single")
    assert refusal(lambda: loop.reward_multi_slot("single", {})).code == "ResourceNotFound"


def test_applications_calls_are_answered_and_logged_as_for_one_slot() -> None:
    clock = ManualClock()
    loop = LearningLoop(seed=1, clock=clock)
    call(loop, defer_activation=True)
    loop.take_slot_activations("e")
    loop.take_slot_rewards("e", [("hero", 1.0), ("hero", 1.0), ("foot", 1.0)])
    loop.take_slot_rewards("x", [("hero", 1.0)])
    loop.take_slot_activations("x")
    dangling = [entry for entry in loop.log if isinstance(entry, Dangling)]
    assert [(entry.event_id, entry.reason) for entry in dangling] == [
        ("e", "second"), ("e/foot", "unknown"), ("x/hero", "unknown"), ("x", "unknown"),
    ]  # fmt: skip
    assert [event.earned for event in loop.events.values()] == [1.0, None]
    clock.advance(minutes=11)
    loop.take_slot_rewards("e", [("side", 1.0)])
    assert loop.log[-1] == Dangling("e/side", loop.now, "reward", 1.0, "late")


def test_a_full_loop_takes_all_slots_or_none() -> None:
    loop = small_loop(max_events=3)
    call(loop)
    assert refusal(lambda: call(loop, "f")).code == "OperationNotAllowed"
    assert len(loop.events) == 2


def test_an_undo_of_an_event_is_for_the_whole_call() -> None:
    loop = small_loop()
    loop.rank(DRINKS, event_id="before")
    before = len(loop.log)
    call(loop)
    loop.reward_multi_slot("e", {"hero": 1.0})
    last = loop.last
    assert last is not None
    assert last.event_id == "e/side"
    taken = loop.undo_event(last)
    assert taken is not None
    assert (taken.event_id, len(loop.log)) == ("e", before)
    loop.redo()
    assert [*loop.events] == ["before", "e", "e/side"]


def test_a_preview_is_the_decision_that_follows() -> None:
    loop = small_loop()
    request = parse_multi_slot_request(DRINKS, SLOTS, CONTEXTS[0])
    assert loop.preview_multi_slot(request) == loop.ask_multi_slot(request)
    assert len(loop.events) == 2


def test_ids_that_are_too_long_together_are_replaced_by_a_digest() -> None:
    assert multi_slot.event_id_of("e", ("a", "b"), 1) == "e/b"
    long = "x" * 250
    assert len(multi_slot.event_id_of(long, ("a", "y" * 250), 1)) == 64
