"""What a loop brings over the baseline, as whoever pays for it asks: when it has paid for its
learning, whom it serves worse, and what the offers that are left to chance still measure.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.intervals import Estimate, estimate, student
from engine.experiments.comparison import Comparison
from engine.loop.event import EventState
from engine.worlds import Context, Field, Value


def gained(comparison: Comparison, start: int, arm: str) -> Array:
    """What each visitor after the first ``start`` gave an arm beyond the baseline, (visitors,)."""
    rewards = comparison.rewards()
    return np.asarray(rewards[arm] - rewards["baseline"])[start:]


_WIDEST = 2.0
"""From the least to the most that a visitor may give beyond the baseline: rewards are 0 to 1."""


@dataclass(frozen=True, slots=True)
class Payback:
    """What learning cost until it paid.

    Attributes:
        lowest: the least that the sum of rewards gained over the baseline came to, 0 or below.
        at: visitors until then; 0 if it never was below 0.
        even: visitors after which the sum was never below 0 again; None if it is now.
    """

    lowest: float
    at: int
    even: int | None


def payback(gains: Array) -> Payback:
    """Where the sum of what was `gained` has its least value, and from when on it was never below
    0."""
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    at, below = int(sums.argmin()), np.flatnonzero(sums < -1e-9)
    if not len(below):
        return Payback(0.0, 0, 0)
    last = int(below[-1])
    return Payback(float(sums[at]), at, None if last == len(sums) - 1 else last + 1)


@dataclass(frozen=True, slots=True)
class SegmentUplift:
    """What those gained over the baseline who have one value of one field.

    Attributes:
        field, value: who.
        visitors: how many came.
        uplift: reward a visitor beyond the baseline; the intervals of all segments together hold
            what they are for in 95 % of crowds at least (Bonferroni).
    """

    field: Field
    value: Value
    visitors: int
    uplift: Estimate


def by_segment(comparison: Comparison, start: int, arm: str) -> list[SegmentUplift]:
    """The uplift of an arm for each segment of which at least two came after ``start`` visitors."""
    more = gained(comparison, start, arm)
    segments = comparison.world.segments()
    contexts = _contexts(comparison, start)
    found = []
    for field, value in segments:
        there = more[np.array([one[field.name] == value.name for one in contexts], bool)]
        if len(there) > 1:
            found.append((field, value, len(there), _together(there, len(segments))))
    return [SegmentUplift(*one) for one in found]


def _contexts(comparison: Comparison, start: int) -> list[Context]:
    requests = (event.ranked.request for event in _events(comparison, start, "apprentice"))
    return list(map(comparison.world.context_of, requests))


def _events(comparison: Comparison, start: int, arm: str) -> Sequence[EventState]:
    return list(comparison.loops[arm].events.values())[start:]


def _together(values: Array, many: int) -> Estimate:
    """An estimate whose interval is one of ``many`` that hold together."""
    alone, left = estimate(values), 0.05 / many
    reach = student(len(values) - 1, 1 - left) * alone.error
    if alone.error == 0:
        # All are the same, so far: others may be so rare that none came with chance `left`.
        reach = _WIDEST * (1 - left ** (1 / len(values)))
    return Estimate(alone.mean, alone.error, alone.mean - reach, alone.mean + reach)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Offers that were left to chance, beside all others.

    Attributes:
        offers: how many were.
        mean: reward of each of them; NaN if there was none.
        others: reward of each other offer; NaN if there was none.
    """

    offers: int
    mean: float
    others: float


def held_back(comparison: Comparison, start: int, arm: str) -> HeldBack:
    """What offers left to chance earned after ``start`` visitors, and all others."""
    answered = [event for event in _events(comparison, start, arm) if event.earned is not None]
    by_chance, others = (
        [float(event.earned or 0) for event in answered if (event.ranked.cause == "random") is left]
        for left in (True, False)
    )
    return HeldBack(len(by_chance), _mean(by_chance), _mean(others))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def worst_served(segments: Sequence[SegmentUplift]) -> Iterator[SegmentUplift]:
    """Segments that are served worse than by the baseline beyond chance, the worst first."""
    worse = (one for one in segments if one.uplift.high < 0)
    return iter(sorted(worse, key=lambda one: one.uplift.mean))
