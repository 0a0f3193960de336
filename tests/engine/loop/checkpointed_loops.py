"""Loops with checkpoints in memory, and equal loops folded from scratch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from engine import EpsilonGreedy, LearningLoop, LoopSettings
from engine.evaluation.apprentice_agreement import MatchingRecord
from engine.evaluation.learning_curve import LearningCurve
from engine.loop import checkpoints, folding
from engine.loop.entries import Entry
from engine.loop.log import EventLog
from engine.loop.projection import Projection
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.comparable import learned_bits
from tests.engine.loop.visits import beliefs, stands, state_lists


def keeping(aggregation: str = "earliest", **settings: Any) -> tuple[LearningLoop, ManualClock]:
    """A loop that keeps checkpoints in memory."""
    clock = ManualClock()
    chosen: dict[str, Any] = {
        "policy": EpsilonGreedy(),
        "reward_aggregation": aggregation,
    } | settings
    loop = LearningLoop(LoopSettings(**chosen), seed=3, clock=clock)
    loop.folding.keeps = True
    return loop, clock


@contextmanager
def apart(seconds: float, memory: int = checkpoints.MEMORY) -> Iterator[None]:
    """Set the distance between checkpoints, and their memory in bytes."""
    with patch.object(folding, "APART", seconds), patch.object(checkpoints, "MEMORY", memory):
        yield


def from_scratch(entries: Sequence[Entry], clock: ManualClock) -> LearningLoop:
    """Fold the effective entries from the first one."""
    log = EventLog()
    for entry in entries:
        log.append(entry, recorded=True)
    clock.now = entries[-1].time
    return LearningLoop.resume(log, seed=3, clock=clock)


def assert_same(loop: LearningLoop, other: LearningLoop) -> None:
    """Assert that two loops and their next decisions are equal to the bit."""
    assert list(loop.log) == list(other.log)
    assert stands(loop) == stands(other)
    assert loop.settings == other.settings
    assert list(loop.state.waiting) == list(other.state.waiting)
    assert learned_bits(loop.learner) == learned_bits(other.learner)
    assert beliefs(loop) == beliefs(other)
    for make in (lambda: LearningCurve(COFFEE), MatchingRecord):
        followers: list[Projection] = [make(), make()]
        for follower, followed in zip(followers, (loop, other), strict=True):
            follower.follow(followed)
        assert state_lists(followers[0]) == state_lists(followers[1])
