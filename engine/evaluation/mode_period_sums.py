"""Sums of rewards and of matches with the baseline, by period of a learning mode and interval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from engine.loop.event import EventState
from engine.loop.settings import LearningMode


@dataclass(frozen=True, slots=True)
class MatchSums:
    """Sums over some rewarded events.

    Attributes:
        events: number of events.
        rewards: sum of their rewards.
        matched: number on which the policy's choice was the baseline.
        matched_rewards: sum of the rewards on matched events.
    """

    events: int = 0
    rewards: float = 0.0
    matched: int = 0
    matched_rewards: float = 0.0

    def __add__(self, other: "MatchSums") -> "MatchSums":
        return MatchSums(
            self.events + other.events,
            self.rewards + other.rewards,
            self.matched + other.matched,
            self.matched_rewards + other.matched_rewards,
        )

    @classmethod
    def of(cls, events: Sequence[EventState]) -> "MatchSums":
        """Sums over rewarded events."""
        matched = [event for event in events if event.ranked.matches]
        rewards, imitated = (sum(e.earned or 0.0 for e in part) for part in (events, matched))
        return cls(len(events), rewards, len(matched), imitated)


@dataclass(frozen=True, slots=True)
class PeriodInterval:
    """An interval of a period of a learning mode.

    Attributes:
        start, end: times of its first and last event.
        sums: of its events.
        totals: of its events and earlier ones of the period.
    """

    mode: LearningMode
    start: datetime
    end: datetime
    sums: MatchSums
    totals: MatchSums


def mode_periods(
    events: Sequence[EventState], length: timedelta | None = None, count: int | None = None
) -> Iterator[list[PeriodInterval]]:
    """Intervals of each period of a learning mode, in order.

    Args:
        events: rewarded events in order.
        length: of an interval, unless ``count`` gives its number of events; without either, a
            period is one interval.
    """
    for mode, period in groupby(events, key=lambda event: event.ranked.mode):
        yield [*_intervals(mode, [*period], length, count)]


def _intervals(
    mode: LearningMode, events: list[EventState], length: timedelta | None, count: int | None
) -> Iterator[PeriodInterval]:
    begun, totals = events[0].ranked.time, MatchSums()

    def place(numbered: tuple[int, EventState]) -> int:
        number, event = numbered
        if count is not None:
            return number // count
        return 0 if length is None else (event.ranked.time - begun) // length

    for _, group in groupby(enumerate(events), key=place):
        part = [event for _, event in group]
        sums = MatchSums.of(part)
        totals += sums
        yield PeriodInterval(mode, part[0].ranked.time, part[-1].ranked.time, sums, totals)
