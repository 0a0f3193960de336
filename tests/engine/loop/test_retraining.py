"""A model that begins again on the latest log, under edited settings of rewards."""

from datetime import timedelta
from typing import Any

import pytest

from engine import LearningLoop, LoopSettings
from engine.loop.entries import ModelReset
from engine.loop.state import LoopState
from engine.loop.time_travel import as_of
from engine.pausable_steps import finish
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits, next_answers
from tests.engine.loop.checkpointed_loops import apart, keeping
from tests.engine.loop.loops import learned, loop_with_past
from tests.engine.loop.visits import evict
from tests.engine.refusals import refusal
from tests.engine.requests import CONTEXTS, DRINKS

WAIT = timedelta(minutes=10)


def visited(clock: ManualClock, **settings: Any) -> LearningLoop:
    """A loop with an early, a late, no, and no activated reward, and one of two parts."""
    loop = LearningLoop(LoopSettings(**settings), seed=7, clock=clock)
    begun = clock.now
    for number, event_id in enumerate(["early", "late", "none", "deferred", "parts"]):
        loop.rank(DRINKS, CONTEXTS[number % 4], (), event_id, event_id == "deferred")
    loop.reward("early", 1.0)
    loop.reward("parts", 0.5)
    clock.now = begun + timedelta(minutes=5)
    loop.reward("late", 1.0)
    if loop.settings.reward_aggregation == "sum":
        loop.reward("parts", 0.25)
    clock.now = begun + timedelta(minutes=11)
    loop.preview(DRINKS)  # Foresees the ended waits, without changing the events.
    return loop


def taught(rewards: dict[str, float], loop: LearningLoop, **settings: Any) -> str:
    """A new learner after some rewards of a loop's events, as bits."""
    new = LoopState([loop.log[0]])
    for event_id, value in rewards.items():
        new.learn(loop.events[event_id].ranked.impression, value)
    return learned_bits(new.learner)


EDITS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, float]]] = {
    "nothing": ({}, {}, {"early": 1.0, "late": 1.0, "none": 0.0, "parts": 0.5}),
    "default reward": (
        {}, {"default_reward": -0.5},
        {"early": 1.0, "late": 1.0, "none": -0.5, "parts": 0.5},
    ),
    "shorter wait": (
        {}, {"reward_wait_time": timedelta(minutes=1), "default_reward": 0.25},
        {"early": 1.0, "late": 0.25, "none": 0.25, "parts": 0.5},
    ),
    "first of a sum": (
        {"reward_aggregation": "sum"}, {"reward_aggregation": "earliest"},
        {"early": 1.0, "late": 1.0, "none": 0.0, "parts": 0.5},
    ),
    "sum": (
        {"reward_aggregation": "sum"}, {"default_reward": 0.5},
        {"early": 1.0, "late": 1.0, "none": 0.5, "parts": 0.75},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("begun", "edit", "rewards"), EDITS.values(), ids=EDITS)
def test_the_new_model_learns_the_log_again_by_the_edited_settings(
    clock: ManualClock, begun: dict[str, Any], edit: dict[str, Any], rewards: dict[str, float]
) -> None:
    loop = visited(clock, **begun)
    loop.configure(**edit)
    loop.reset_model(retrain_days=0)
    assert learned_bits(loop.learner) == taught(rewards, loop)
    loop.configure(crosses=1)
    loop.configure(crosses=4)
    assert learned_bits(loop.learner) == taught(rewards, loop)
    assert learned_bits(LoopState(loop.log).learner) == taught(rewards, loop)


def test_days_limit_what_is_learned_again(clock: ManualClock) -> None:
    loop = loop_with_past(clock)
    clock.advance(days=2)
    loop.reward(loop.rank(DRINKS, CONTEXTS[0], event_id="new").event_id, 1.0)
    clock.advance(hours=23)
    before = learned_bits(loop.learner)
    loop.reset_model(retrain_days=1)
    assert learned_bits(loop.learner) == taught({"new": 1.0}, loop)
    loop.reset_model(retrain_days=3)
    assert learned_bits(loop.learner) == before
    clock.advance(days=2)
    loop.reset_model(retrain_days=1)
    assert learned_bits(loop.learner) == taught({}, loop)


def test_a_written_state_and_checkpoints_have_the_retraining() -> None:
    loop, _ = keeping()
    with apart(0):
        for number in range(6):
            loop.reward(loop.rank(DRINKS, CONTEXTS[number % 4]).event_id, number / 10)
        loop.rank(DRINKS, CONTEXTS[0], event_id="open")
        loop.expire("open")
        loop.configure(default_reward=1.0)
        loop.reset_model(retrain_days=0)
        before = learned_bits(loop.learner)
        evict(loop)
        length = len(loop.log)
        loop.configure(crosses=1)
        loop.configure(crosses=4)
        assert learned_bits(loop.learner) == before
        loop.undo(1)
        loop.configure(crosses=4)
        assert learned_bits(loop.learner) == before
        moment = finish(as_of(loop, length))
    moment.configure(crosses=1)
    moment.configure(crosses=4)
    assert learned_bits(moment.learner) == before


def test_an_open_event_teaches_the_new_model(clock: ManualClock) -> None:
    loop, other = loop_with_past(clock), loop_with_past(clock)
    loop.reset_model(retrain_days=0)
    for one in (loop, other):
        one.reward("open", 1.0)
    assert learned_bits(loop.learner) == learned_bits(other.learner)


def test_a_reward_of_an_open_event_may_grow_after_the_restart(clock: ManualClock) -> None:
    loop = visited(clock)
    loop.rank(DRINKS, CONTEXTS[0], event_id="open")
    loop.configure(reward_aggregation="sum")
    loop.reset_model(retrain_days=0)
    loop.reward("open", 0.5)
    loop.reward("open", 0.25)
    rewards = {"early": 1.0, "late": 1.0, "none": 0.0, "parts": 0.5, "open": 0.75}
    assert learned_bits(loop.learner) == taught(rewards, loop)


@pytest.mark.parametrize("hidden", ["reset", "import"])
def test_what_a_person_reset_or_replaced_is_not_learned_again(
    clock: ManualClock, hidden: str
) -> None:
    loop = loop_with_past(clock)
    if hidden == "reset":
        loop.reset_model()
    else:
        loop.import_model(loop.learner.fork())
    loop.reward(loop.rank(DRINKS, CONTEXTS[0], event_id="new").event_id, 1.0)
    loop.reset_model(retrain_days=0)
    assert learned_bits(loop.learner) == taught({"new": 1.0}, loop)


def test_an_apprentice_imitates_the_log_again(clock: ManualClock) -> None:
    loop = loop_with_past(clock, learning_mode="apprentice")
    before = learned_bits(loop.learner)
    loop.reset_model(retrain_days=0)
    assert learned_bits(loop.learner) == before


def test_a_restart_is_an_update_of_the_served_model(clock: ManualClock) -> None:
    loop = visited(clock)
    loop.configure_service(type(loop.state.service)(update_frequency=300))
    loop.configure(default_reward=1.0)
    before = next_answers(loop)
    loop.reset_model(retrain_days=0)
    assert next_answers(loop) != before


def test_the_entry_of_an_old_log_begins_an_empty_model(clock: ManualClock) -> None:
    loop = visited(clock)
    loop.reset_model()
    assert loop.log[len(loop.log) - 1] == ModelReset(clock.now)
    assert learned(loop)[0] == 0


@pytest.mark.parametrize("days", [-1, 0.5, True, 36_501])
def test_invalid_days_are_refused(clock: ManualClock, days: Any) -> None:
    loop = visited(clock)
    error = refusal(lambda: loop.reset_model(days))
    assert error.code == "InvalidModelRetrainDays"
    assert not any(isinstance(entry, ModelReset) for entry in loop.log)
