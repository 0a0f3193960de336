"""Multi-slot requests: a Rank request for each slot, and one sentence for each fault."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol.multi_slot import MAX_SLOTS, parse_multi_slot_request
from tests.engine.bad_requests import NINE
from tests.engine.refusals import assert_one_sentence, refusal
from tests.engine.requests import CONTEXTS, DRINKS, Json

SLOTS: list[Json] = [
    {
        "id": "hero", "baselineAction": "brew",
        "features": [{"size": "large"}, {"at": {"top": True}}],
    },
    {"id": "side", "features": None, "excludedActions": ["latte"], "baselineAction": "mocha"},
]  # fmt: skip


def test_a_slot_is_a_request_with_its_baseline_first_and_itself_in_the_context() -> None:
    request = parse_multi_slot_request(DRINKS, SLOTS, CONTEXTS[0], "e", True)
    hero = request.for_slot(0, (), "e")
    assert [action.id for action in hero.actions] == ["brew", "latte", "mocha"]
    assert (hero.excluded, hero.event_id, hero.defer_activation) == ((), "e", True)
    assert hero.context_values == {
        "user.name": "Alice", "weather": "rainy",
        "slot": "hero", "slot.size": "large", "slot.at.top": True,
    }  # fmt: skip
    side = request.for_slot(1, ["brew"], "f")
    assert [action.id for action in side.actions] == ["mocha", "latte", "brew"]
    assert {*side.excluded} == {"latte", "brew"}
    assert side.context_values["slot"] == "side"


def test_features_of_a_slot_never_meet_those_of_the_context() -> None:
    slots = [{"id": "a", "features": [{"weather": "inside"}]}]
    request = parse_multi_slot_request(DRINKS, slots, [{"weather": "rainy"}])
    assert request.for_slot(0, (), None).context_values == {
        "weather": "rainy", "slot": "a", "slot.weather": "inside",
    }  # fmt: skip


def test_without_a_baseline_the_order_of_the_actions_stays() -> None:
    request = parse_multi_slot_request(DRINKS, [{"id": "a"}, {"id": "b"}])
    second = request.for_slot(1, ["latte"], None)
    assert [second.actions[i].id for i in second.allowed] == ["mocha", "brew"]


def test_an_action_that_a_later_slot_cannot_do_without_is_left_to_it() -> None:
    others = ["mocha", "brew"]
    slots = [{"id": "a"}, {"id": "b", "excludedActions": others}]
    request = parse_multi_slot_request(DRINKS, slots)
    assert request.for_slot(0, (), None).excluded == ("latte",)
    chain = [
        {"id": "a"}, {"id": "b", "excludedActions": ["brew"]},
        {"id": "c", "excludedActions": others},
    ]  # fmt: skip
    assert parse_multi_slot_request(DRINKS, chain).for_slot(0, (), None).excluded == (
        "latte",
        "mocha",
    )


def can_fill(slots: list[Json], ids: list[str]) -> bool:
    """True if some order of different actions suits the slots, by trying all."""
    return any(
        all(name not in slot["excludedActions"] for slot, name in zip(slots, order, strict=True))
        for order in permutations(ids, len(slots))
    )


@given(st.lists(st.sets(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=4))
def test_slots_in_turn_never_come_to_a_dead_end(excluded: list[set[str]]) -> None:
    actions = [{"id": name, "features": [{"name": name}]} for name in "abcd"]
    slots: list[Json] = [
        {"id": f"{i}", "excludedActions": sorted(names)} for i, names in enumerate(excluded)
    ]
    if not can_fill(slots, [*"abcd"]):
        assert refusal(lambda: parse_multi_slot_request(actions, slots)).target == "slots"
        return
    request = parse_multi_slot_request(actions, slots)
    used: list[str] = []
    for number in range(len(slots)):
        single = request.for_slot(number, used, None)
        left = [name for name in "abcd" if name not in used]
        free = {single.actions[i].id for i in single.allowed}
        assert free == {
            name
            for name in left
            if name not in excluded[number]
            and can_fill(slots[number + 1 :], [other for other in left if other != name])
        }
        used.append(max(free))


def slot(**parts: Any) -> list[Json]:
    """A valid first slot and a second one with other parts."""
    return [{"id": "a", "baselineAction": "latte"}, {"id": "b", **parts}]


BAD: dict[str, tuple[object, str, str, str]] = {
    "no list": (None, "slots", "None", "a list of 1 to 50 slots"),
    "no slot": ([], "slots", "0", "1 to 3"),
    "more slots than actions": ([{"id": i} for i in "abcd"], "slots", "4", "1 to 3"),
    "a null slot": ([None], "slots[0]", "None", "an object with id"),
    "no text as id": (slot(id=3), "slots[1].id", "3", "a string of 1 to 256"),
    "an empty id": (slot(id=""), "slots[1].id", "''", "a string of 1 to 256"),
    "a repeated id": (slot(id="a"), "slots[1].id", "'a'", "different from those before it"),
    "features no list": (slot(features={}), "slots[1].features", "{}", "a list of objects"),
    "a feature too deep": (
        slot(features=[{"x": NINE}]), f"slots[1].features[0].x{'.a' * 8}", "{'b': 1}", "at most 8",
    ),
    "excluded no list": (
        slot(excludedActions="latte"), "slots[1].excludedActions", "'latte'", "a list of action",
    ),
    "an unknown excluded id": (
        slot(excludedActions=["tea"]), "slots[1].excludedActions[0]", "'tea'", "the id of an",
    ),
    "an unknown baseline": (
        slot(baselineAction="tea"), "slots[1].baselineAction", "'tea'", "the id of an action",
    ),
    "a repeated baseline": (
        slot(baselineAction="latte"), "slots[1].baselineAction", "'latte'", "different",
    ),
    "an excluded baseline": (
        slot(baselineAction="brew", excludedActions=["brew"]),
        "slots[1].baselineAction", "'brew'", "an action that is not excluded",
    ),
    "slots that want the same action": (
        [{"id": i, "excludedActions": ["mocha", "brew"]} for i in "ab"],
        "slots", "[['brew', 'mocha'], ['brew', 'mocha']]", "lists that leave each slot an action",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("slots", "target", "value", "allowed"), BAD.values(), ids=BAD)
def test_a_bad_slot_is_refused_in_one_sentence(
    slots: object, target: str, value: str, allowed: str
) -> None:
    error = refusal(lambda: parse_multi_slot_request(DRINKS, slots))
    assert (error.code, error.target) == ("InvalidRankRequest", target)
    assert_one_sentence(error, value, allowed)


def test_a_slot_without_an_id_is_refused() -> None:
    error = refusal(lambda: parse_multi_slot_request(DRINKS, [{"baselineAction": "latte"}]))
    assert error.message == "slots[0].id is missing, but must be a string."


def test_the_shared_part_is_checked_as_a_rank_request() -> None:
    error = refusal(lambda: parse_multi_slot_request([], SLOTS))
    assert (error.code, error.target) == ("InvalidRankRequest", "actions")


def test_there_may_be_as_many_slots_as_actions() -> None:
    actions = [{"id": f"{i}", "features": [{"n": i}]} for i in range(MAX_SLOTS)]
    slots = [{"id": f"s{i}", "excludedActions": [f"{i}"]} for i in range(MAX_SLOTS)]
    request = parse_multi_slot_request(actions, slots)
    used = [f"{i}" for i in range(1, MAX_SLOTS)]
    last = request.for_slot(MAX_SLOTS - 1, used, "e")
    assert [last.actions[i].id for i in last.allowed] == ["0"]
