"""A confidence sequence by betting: valid at all times simultaneously, so it may be monitored.

Waudby-Smith & Ramdas, *Estimating means of bounded random variables by betting*, JRSS B 2024; for
logged decisions Waudby-Smith, Wu, Ramdas, Karampatziakis & Mineiro, *Anytime-valid off-policy
inference for contextual bandits*, 2022. No strategy of betting against the true mean grows its
capital on average, so a mean against which the capital has reached 2 / alpha is rejected (Ville's
inequality).

Bets are made on the doubly robust value of an event, with its belief limited to `ROOM` / weight.
Such a value is at least -`ROOM`, and never too small on average. Bets of several sizes are made at
once, each with an equal part of the capital. The capital depends only on the number of times that
each value occurred, in whatever order; values are rounded down to the steps of a histogram, which
increases no gain. So the sums are counts, and two parts of a log merge exactly.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Estimator, Interval, WeightedDecisions

ROOM = 2.0
"""Largest distance of a value below 0."""
_FINE, _COARSE, _END = 1 / 1024, 1.01, 3 * ROOM
_STEPS: Array = np.concatenate([np.arange(0.0, _END, _FINE), _END * _COARSE ** np.arange(2_000.0)])
"""Lower ends of the histogram's steps, of values plus `ROOM`: equally wide up to `_END`, then
increasingly wide."""
_BETS: Array = 0.9 * 0.625 ** np.arange(16.0)
"""Shares of the largest bet that cannot lose the whole capital."""
_HALVINGS = 30


def _none() -> Array:
    return np.zeros(len(_STEPS))


@dataclass(frozen=True, slots=True, eq=False)
class Betting(Estimator):
    """Current interval of the sequence; the estimate is the mean of the values bet on.

    Attributes:
        gains, losses: histograms of the values, of rewards and of shortfalls from the largest
        reward.
    """

    key = "betting"

    gains: Array = field(default_factory=_none)
    losses: Array = field(default_factory=_none)

    def add(self, weighed: WeightedDecisions) -> Self:
        return self.with_values(*values(weighed, *self.bounds))

    def with_values(self, gained: Array, lost: Array) -> Self:
        """Return the sequence with further events by their values: those of `values`, or any
        others that are at least -`ROOM` and whose two means sum to 1."""
        gains, losses = self.gains + _counts(gained), self.losses + _counts(lost)
        return replace(self, gains=gains, losses=losses)

    def pivots(self, mean: float) -> tuple[float, float]:
        return self.bounds

    def interval(self, level: float = 0.95) -> Interval | None:
        if not self.gains.any():
            return None
        low, high = self.bounds
        needed = math.log(2 / (1 - level))
        least, most = _least(self.gains, needed), 1 - _least(self.losses, needed)
        most = max(least, most)
        middle = (_mean(self.gains) + 1 - _mean(self.losses)) / 2
        ends = (max(least, min(most, middle)), least, most)
        return Interval(*(low + (high - low) * part for part in ends))


def values(weighed: WeightedDecisions, low: float, high: float) -> tuple[Array, Array]:
    """Doubly robust value of each event for the target, in parts of the bounds, and the same of
    the shortfall from the largest reward, (N,) each.

    What an action can never pay is a part of the shortfall that is known without a weight.
    """
    log = weighed.decisions
    reward, shares = (log.reward - low) / (high - low), np.ones(len(log.actions))
    if weighed.probabilities is not None:
        shares = log.shares((low, high))
    gained, lost = weighed.weight * reward, weighed.weight * (shares[log.shown] - reward)
    if weighed.probabilities is not None:
        lost += weighed.probabilities @ (1 - shares)
    if (believed := _believed(weighed, low, high)) is not None:
        means, room = np.minimum(believed[0], shares), believed[1]
        gained += _correction(weighed, np.minimum(means, room))
        lost += _correction(weighed, np.minimum(shares - means, room))
    return gained, lost


def _believed(weighed: WeightedDecisions, low: float, high: float) -> tuple[Array, Array] | None:
    """Beliefs at Rank time in parts of the bounds, and their upper limits, (N, K) each."""
    log, target = weighed.decisions, weighed.probabilities
    if log.means is None or log.probabilities is None or target is None:
        return None
    room = np.full(target.shape, np.inf)
    np.divide(ROOM * log.probabilities, target, out=room, where=target > 0)
    return np.clip((np.where(log.offered, log.means, low) - low) / (high - low), 0, 1), room


def _correction(weighed: WeightedDecisions, limited: Array) -> Array:
    """Difference of doubly robust values from weight times reward, by beliefs within their
    limits."""
    assert weighed.probabilities is not None
    of_shown = limited[np.arange(len(limited)), weighed.decisions.shown]
    expected = np.einsum("nk,nk->n", weighed.probabilities, limited)
    return np.asarray(expected - weighed.weight * of_shown)


def _counts(values: Array) -> Array:
    """Histogram of values over the steps."""
    above = np.maximum(values + ROOM, 0.0)
    fine = np.minimum(above, _END - _FINE / 2) / _FINE
    coarse = np.log(np.maximum(above, _END) / _END) / math.log(_COARSE)
    steps = fine.astype(np.intp) + np.where(above < _END, 0, 1 + coarse.astype(np.intp))
    steps = np.minimum(steps, len(_STEPS) - 1)  # Rounded down, which errs on the safe side.
    return np.bincount(steps, minlength=len(_STEPS)).astype(float)


def _mean(counts: Array) -> float:
    return float(counts @ _STEPS / counts.sum()) - ROOM


def _least(counts: Array, needed: float) -> float:
    """Smallest mean, 0 to 1, against which the log capital stays below ``needed``."""
    occupied = counts > 0
    values, times = _STEPS[occupied], counts[occupied]
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        relative = values / (middle + ROOM) - 1
        growth = np.log1p(_BETS[:, None] * relative) @ times
        top = growth.max()
        grown = top + math.log(np.exp(growth - top).mean()) >= needed
        low, high = (middle, high) if grown else (low, middle)
    return low
