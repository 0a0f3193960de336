"""Projections: incremental updates along a log equal a fold from scratch."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import EpsilonGreedy, LearningLoop, LoopSettings, PersonalizerError
from engine.evaluation.apprentice_agreement import MatchingRecord
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.checkpoints import Checkpoint
from engine.loop.log import EventLog
from engine.loop.projection import Projection
from engine.simulation.simulated_visitors import crowd
from engine.store.snapshot_codec import dump, load
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.loop.visits import beliefs, evict, go, stands, state_lists

MAKERS = (lambda: LearningCurve(COFFEE), MatchingRecord)


def checkpoint(projection: Projection, log: EventLog) -> Checkpoint[Projection]:
    """The current state of a projection, as bytes."""
    data = dump(projection.state())

    def restore(other: Projection, _: EventLog) -> bool:
        other.restore(load(data))
        return True

    return Checkpoint(log.mark, restore)


VERBS = ("visit", "visit", "rank", "wait", "mode", "learn anew", "undo", "undo", "activate",
         "reward", "follow", "follow", "checkpoint", "evict")  # fmt: skip
programs = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 7)), min_size=8, max_size=30)


@pytest.mark.slow
@given(programs)
def test_each_projection_is_a_fold_of_what_still_counts(program: list[tuple[str, int]]) -> None:
    clock = ManualClock()
    loop = LearningLoop(LoopSettings(policy=EpsilonGreedy()), seed=3, clock=clock)
    followers: list[Projection] = [make() for make in MAKERS]
    for verb, value in program:
        for at, make in enumerate(MAKERS) if verb in {"follow", "checkpoint"} else ():
            followers[at].follow(loop)
            if verb == "checkpoint":
                point = checkpoint(followers[at], loop.log)
                # Half of them continue in another object, as in another process.
                followers[at] = make() if value % 2 else followers[at]
                followers[at].checkpoints.add(loop.log, point)
        with suppress(PersonalizerError):  # Refused: no effect.
            go(loop, clock, verb, value)
    for follower, make in zip(followers, MAKERS, strict=True):
        anew = make()
        for each in (follower, anew):
            each.follow(loop)
        assert state_lists(follower) == state_lists(anew)
    log = EventLog()
    for entry in loop.log.history:
        log.append(entry, recorded=True)
    scratch = LearningLoop.resume(log, seed=3, clock=clock)
    assert stands(loop) == stands(scratch)
    assert list(loop.state.waiting) == list(scratch.state.waiting)
    assert loop.settings == scratch.settings
    assert beliefs(loop) == beliefs(scratch)


def noted(point: Checkpoint[Projection], restored: list[int]) -> Checkpoint[Projection]:
    """The same checkpoint; restores are recorded."""

    def restore(projection: Projection, log: EventLog) -> bool:
        restored.append(point.mark.counting)
        return point.restore(projection, log)

    return replace(point, restore=restore)


@pytest.mark.parametrize("make", MAKERS)
def test_after_an_undo_a_projection_goes_on_from_the_latest_place_that_counts(
    make: Callable[[], Projection],
) -> None:
    loop, projection = LearningLoop(seed=3, clock=ManualClock()), make()
    restored: list[int] = []
    for _ in range(3):
        list(crowd(loop, COFFEE, 5))
        projection.follow(loop)
        projection.checkpoints.add(loop.log, noted(checkpoint(projection, loop.log), restored))
    for undone, used in ((1, [21]), (12, [11])):
        restored.clear()
        loop.undo(undone)
        projection.follow(loop)
        assert restored == used
        anew = make()
        anew.follow(loop)
        assert state_lists(projection) == state_lists(anew)


@pytest.mark.parametrize("make", MAKERS)
def test_an_undo_that_reaches_into_the_past_reads_no_more_of_it_than_it_has_to(
    make: Callable[[], Projection],
) -> None:
    loop, projection = LearningLoop(seed=3, clock=ManualClock()), make()
    early = loop.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[0])).event_id
    for _ in range(2):
        list(crowd(loop, COFFEE, 5))
        projection.follow(loop)
        projection.checkpoints.add(loop.log, checkpoint(projection, loop.log))
        evict(loop)
    loop.reward(early, 1.0)
    list(crowd(loop, COFFEE, 1))
    past = evict(loop)
    loop.undo()
    past.read_from.clear()
    projection.follow(loop)
    assert past.read_from
    assert min(past.read_from) >= 22
    anew = make()
    anew.follow(loop)
    assert state_lists(projection) == state_lists(anew)


def test_a_place_that_cannot_be_had_any_more_is_passed_over() -> None:
    loop, curve = LearningLoop(seed=3, clock=ManualClock()), LearningCurve(COFFEE)
    list(crowd(loop, COFFEE, 5))
    curve.checkpoints.add(loop.log, Checkpoint(loop.log.mark, lambda *_: False))
    curve.follow(loop)
    assert len(curve) == 5


def test_what_was_folded_in_of_work_that_failed_is_taken_back() -> None:
    loop, curve = LearningLoop(seed=3, clock=ManualClock()), LearningCurve(COFFEE)
    list(crowd(loop, COFFEE, 2))
    curve.follow(loop)

    def fail() -> None:
        list(crowd(loop, COFFEE, 1))
        curve.follow(loop)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        loop.together(fail)
    answer = loop.rank(COFFEE.actions, COFFEE.features(COFFEE.contexts[0]))
    loop.expire(answer.event_id)
    curve.follow(loop)
    anew = LearningCurve(COFFEE)
    anew.follow(loop)
    assert state_lists(curve) == state_lists(anew)
