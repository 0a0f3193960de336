"""A confidence sequence by betting: it holds at all times at once, so that it may be watched.

Waudby-Smith & Ramdas, *Estimating means of bounded random variables by betting*, JRSS B 2024;
for logged decisions Waudby-Smith, Wu, Ramdas, Karampatziakis & Mineiro, *Anytime-valid off-policy
inference for contextual bandits*, 2022. Whoever bets against a mean that is the true one has a
capital that no strategy makes grow on average, so a mean against which the capital has reached
2 / alpha is out (Ville's inequality).

What is bet on is the doubly robust value of an event with its belief held to `ROOM` / weight, which
is never below -`ROOM` and never too small on average. Bets of several sizes are made at once, each
with an equal part of the capital. A capital follows from how often each value came, whatever
the order; values are rounded down to steps of a histogram, which makes no bet win more. So the
sums are counts, and two parts of a log merge exactly.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Estimator, Interval, Weighed

ROOM = 2.0
"""How far below 0 a value may lie."""
_FINE, _COARSE, _END = 1 / 1024, 1.01, 3 * ROOM
_STEPS: Array = np.concatenate([np.arange(0.0, _END, _FINE), _END * _COARSE ** np.arange(2_000.0)])
"""Lower ends of the histogram's steps, of values plus `ROOM`: equally wide, from an end on ever
wider."""
_BETS: Array = 0.9 * 0.625 ** np.arange(16.0)
"""Shares of the most that could be bet without ever losing everything."""
_HALVINGS = 30


def _none() -> Array:
    return np.zeros(len(_STEPS))


@dataclass(frozen=True, slots=True, eq=False)
class Betting(Estimator):
    """The sequence's present interval; the estimate is the mean of what was bet on.

    Attributes:
        gains, losses: how often each value came, of rewards and of what is missing to the largest.
    """

    key = "betting"

    gains: Array = field(default_factory=_none)
    losses: Array = field(default_factory=_none)

    def add(self, weighed: Weighed) -> Self:
        return self.told(*values(weighed, *self.bounds))

    def told(self, gained: Array, lost: Array) -> Self:
        """With so many more events, by what each is worth: `values`, or any others that are at
        least -`ROOM`, with means that come to 1 together."""
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
        of_all = (max(least, min(most, middle)), least, most)
        return Interval(*(low + (high - low) * part for part in of_all))


def values(weighed: Weighed, low: float, high: float) -> tuple[Array, Array]:
    """What each event is worth to the target, in parts of the bounds, and what it is worth to it
    that rewards were not the largest, (N,) each."""
    reward = (weighed.decisions.reward - low) / (high - low)
    gained, lost = weighed.weight * reward, weighed.weight * (1 - reward)
    if (believed := _believed(weighed, low, high)) is not None:
        means, room = believed
        gained += _correction(weighed, np.minimum(means, room))
        lost += _correction(weighed, np.minimum(1 - means, room))
    return gained, lost


def _believed(weighed: Weighed, low: float, high: float) -> tuple[Array, Array] | None:
    """The beliefs at Rank time as parts of the bounds, and how far they may go, (N, K) each."""
    log, target = weighed.decisions, weighed.probabilities
    if log.means is None or log.probabilities is None or target is None:
        return None
    room = np.full(target.shape, np.inf)
    np.divide(ROOM * log.probabilities, target, out=room, where=target > 0)
    return np.clip((np.where(log.offered, log.means, low) - low) / (high - low), 0, 1), room


def _correction(weighed: Weighed, held: Array) -> Array:
    """What doubly robust values are beyond weight times reward, by beliefs that are held back."""
    assert weighed.probabilities is not None
    shown = held[np.arange(len(held)), weighed.decisions.shown]
    expected = np.einsum("nk,nk->n", weighed.probabilities, held)
    return np.asarray(expected - weighed.weight * shown)


def _counts(values: Array) -> Array:
    """How often each step's values came."""
    above = np.maximum(values + ROOM, 0.0)
    fine = np.minimum(above, _END - _FINE / 2) / _FINE
    coarse = np.log(np.maximum(above, _END) / _END) / math.log(_COARSE)
    steps = fine.astype(np.intp) + np.where(above < _END, 0, 1 + coarse.astype(np.intp))
    steps = np.minimum(steps, len(_STEPS) - 1)  # Rounded down, which errs on the safe side.
    return np.bincount(steps, minlength=len(_STEPS)).astype(float)


def _mean(counts: Array) -> float:
    return float(counts @ _STEPS / counts.sum()) - ROOM


def _least(counts: Array, needed: float) -> float:
    """The least mean, 0 to 1, against which the capital has not grown as much as is needed."""
    came = counts > 0
    values, times = _STEPS[came], counts[came]
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        relative = values / (middle + ROOM) - 1
        growth = np.log1p(_BETS[:, None] * relative) @ times
        top = growth.max()
        grown = top + math.log(np.exp(growth - top).mean()) >= needed
        low, high = (middle, high) if grown else (low, middle)
    return low
