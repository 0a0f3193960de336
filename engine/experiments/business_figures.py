"""Business figures of a loop over the baseline: payback of learning, segments served worse, and the
value of random offers."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.mean_intervals import Estimate, estimate_of_differences
from engine.experiments.apprentice_comparison import Comparison
from engine.loop.event import EventState
from engine.worlds import Context, Field, Value


def gained(comparison: Comparison, start: int, arm: str) -> Array:
    """Reward difference between an arm and the baseline for each visitor after the first ``start``,
    (visitors,)."""
    rewards = comparison.rewards()
    return np.asarray(rewards[arm] - rewards["baseline"])[start:]


_ERROR = 0.05
"""Chance that any of the segments' intervals misses the truth, at most."""


@dataclass(frozen=True, slots=True)
class Payback:
    """Cost of learning until break-even.

    Attributes:
        lowest: minimum of the cumulative gain over the baseline, 0 or below.
        at: number of visitors at the minimum; 0 if the sum was never below 0.
        even: number of visitors after which the sum stayed at 0 or above; None if it is below 0
            now.
    """

    lowest: float
    at: int
    even: int | None


def payback(gains: Array) -> Payback:
    """Find the minimum of the cumulative gain, and the point from which it was never below 0."""
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    at, below = int(sums.argmin()), np.flatnonzero(sums < -1e-9)
    if not len(below):
        return Payback(0.0, 0, 0)
    last = int(below[-1])
    return Payback(float(sums[at]), at, None if last == len(sums) - 1 else last + 1)


@dataclass(frozen=True, slots=True)
class SegmentUplift:
    """Gain over the baseline among visitors with one value of one field.

    Attributes:
        field, value: of the segment.
        visitors: number of visitors.
        uplift: mean gain a visitor, with an interval of simultaneous 95 % coverage over all
            segments (Bonferroni).
    """

    field: Field
    value: Value
    visitors: int
    uplift: Estimate


def by_segment(comparison: Comparison, start: int, arm: str) -> list[SegmentUplift]:
    """Uplift of an arm in each segment with at least two visitors after ``start``."""
    more = gained(comparison, start, arm)
    segments = comparison.world.segments()
    contexts = _contexts(comparison, start)
    rows = []
    for field, value in segments:
        there = more[np.array([context[field.name] == value.name for context in contexts], bool)]
        if len(there) > 1:
            uplift = estimate_of_differences(there, 1 - _ERROR / len(segments))
            rows.append((field, value, len(there), uplift))
    return [SegmentUplift(*row) for row in rows]


def _contexts(comparison: Comparison, start: int) -> list[Context]:
    requests = (event.ranked.request for event in _events(comparison, start, "apprentice"))
    return list(map(comparison.world.context_of, requests))


def _events(comparison: Comparison, start: int, arm: str) -> Sequence[EventState]:
    return list(comparison.loops[arm].events.values())[start:]


@dataclass(frozen=True, slots=True)
class RandomOffers:
    """Expected reward of random offers, and of the offers of the policy.

    Attributes:
        offers: number of random offers.
        mean: their mean expected reward, known to the world; NaN without any.
        others: that of all others; NaN without any.
    """

    offers: int
    mean: float
    others: float


def held_back(comparison: Comparison, start: int, arm: str) -> RandomOffers:
    """Compare random offers with all others, after ``start`` visitors."""
    causes = [event.ranked.cause == "random" for event in _events(comparison, start, arm)]
    expected, by_chance = comparison.expected(arm)[start:], np.array(causes, dtype=bool)
    return RandomOffers(sum(causes), _mean(expected[by_chance]), _mean(expected[~by_chance]))


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else math.nan


def worst_served(segments: Sequence[SegmentUplift]) -> Iterator[SegmentUplift]:
    """Segments significantly below the baseline, worst first."""
    worse = (segment for segment in segments if segment.uplift.high < 0)
    return iter(sorted(worse, key=lambda segment: segment.uplift.mean))
