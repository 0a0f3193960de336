"""Sums by period of a learning mode."""

from datetime import timedelta

import pytest

from engine import LearningLoop
from engine.evaluation.mode_period_sums import MatchSums, mode_periods
from engine.loop.event import EventState
from tests.clock import ManualClock
from tests.engine.requests import DRINKS


@pytest.fixture
def events() -> list[EventState]:
    """Six rewarded events of an apprentice over three hours, then two online."""
    clock = ManualClock()
    loop = LearningLoop(seed=1, clock=clock)
    for mode, number in (("apprentice", 6), ("online", 2)):
        loop.configure(learning_mode=mode)
        for _ in range(number):
            loop.reward(loop.rank(DRINKS).event_id, 0.5)
            clock.advance(minutes=30)
    return [*loop.events.values()]


def test_a_period_has_the_sums_of_its_events(events: list[EventState]) -> None:
    (first,), (second,) = mode_periods(events)
    assert (first.mode, second.mode) == ("apprentice", "online")
    matched = sum(event.ranked.matches for event in events[:6])
    assert first.sums == first.totals == MatchSums(6, 3.0, matched, matched / 2)
    assert (first.start, first.end) == (events[0].ranked.time, events[5].ranked.time)


@pytest.mark.parametrize("kind", [{"length": timedelta(hours=1)}, {"count": 2}])
def test_intervals_add_up(events: list[EventState], kind: dict[str, int]) -> None:
    first, _ = mode_periods(events, **kind)  # type: ignore[arg-type]
    assert [part.sums.events for part in first] == [2, 2, 2]
    assert [part.totals.rewards for part in first] == [1, 2, 3]
