"""Empirical likelihood with the Cressie-Read divergence of order -2, in closed form.

Karampatziakis, Langford & Mineiro, *Empirical Likelihood for Contextual Bandits*, NeurIPS 2020.
The mean weight is known to be 1. So the events, and one more with the least or the largest weight
that is possible, are reweighed as little as can be for that to be true; the interval is all that
such a reweighing, no less likely than the level allows, makes of the mean.
"""

import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np

from engine.evaluation.estimators.base import Interval, Weighed
from engine.evaluation.estimators.sums import WeightSums
from engine.evaluation.intervals import student

_TINY = 1e-9
"""Half-widths below this count as none."""


class _Moments(NamedTuple):
    """Means over all events and one more, of weights and of signed rewards, in powers."""

    w: float
    ww: float
    wr: float
    wwr: float
    wwrr: float


@dataclass(frozen=True, slots=True)
class CressieRead(WeightSums):
    """Point and interval; the largest possible weight is the log's own where it tells it.

    Attributes:
        highest: the largest weight that any event could have had; infinite if unknown.
    """

    key = "cressie_read"

    highest: float = field(default=0.0, metadata={"merge": max})

    def add(self, weighed: Weighed) -> Self:
        # (Slots make another class of this one, so that super() would not find it.)
        summed = WeightSums.add(self, weighed)
        return replace(summed, highest=max(self.highest, _highest(weighed)))

    @property
    def _limit(self) -> float:
        """The weight of the one more event; weights that are all 1 bound nothing."""
        return self.highest if self.highest > 1 + _TINY else math.inf

    def interval(self, level: float = 0.95) -> Interval | None:
        if not self.events:
            return None
        slack = self._slack(level)
        low, high = self.bounds
        return Interval(
            self._point(),
            max(low, min(high, self._extreme(low, 1, slack))),
            max(low, min(high, -self._extreme(high, -1, slack))),
        )

    def _added(self) -> tuple[float, float, float]:
        """The weight that brings the mean nearer to 1; the means of w and w² with it."""
        size = 1 + self.events
        weight = self._limit if self.w < self.events else 0.0
        return weight, (weight + self.w) / size, (weight**2 + self.ww) / size

    def _point(self) -> float:
        weight, a, b = self._added()
        size = 1 + self.events
        if math.isinf(weight):
            gamma, beta = -size / self.events, 0.0
        else:
            gamma, beta = (b - a) / (a * a - b), (1 - a) / (a * a - b)
        missing = max(0.0, 1 + (gamma * self.w + beta * self.ww) / size)
        return -(gamma * self.wr + beta * self.wwr) / size + missing * self.r / self.events

    def _slack(self, level: float) -> float:
        """How much less likely than the likeliest reweighing one may be."""
        weight, a, b = self._added()
        n = self.events
        reach = student(self._freedom, level)
        least = 1 + 1 / n if math.isinf(weight) else (1 + n) * (a - 1) ** 2 / (b - a * a)
        return -(least + reach**2) / (2 * (1 + n))

    @property
    def _freedom(self) -> int:
        """Degrees of freedom of Student's t."""
        return self.events

    def _extreme(self, reward: float, sign: int, slack: float) -> float:
        """The least value of ``sign`` times the mean, if the one more event earned ``reward``."""
        found = (
            self._unbounded(reward, sign, slack)
            if math.isinf(weight)
            else self._bounded(weight, reward, sign, slack)
            for weight in (0.0, self._limit)
        )
        known = [value for value in found if value is not None]
        return min(known) if known else self.bounds[0]

    def _bounded(self, weight: float, reward: float, sign: int, slack: float) -> float | None:
        m = self._with(weight, sign * reward, sign)
        spread = m.ww - m.w**2
        if spread <= 0:
            return None
        shared = (m.wwr - m.w * m.wr) / spread
        x = m.wr + (1 - m.w) * shared
        y = shared * (m.wwr - m.w * m.wr) - (m.wwrr - m.wr**2)
        return _below(x, y, slack + (1 - m.w) ** 2 / (2 * spread))

    def _with(self, weight: float, signed: float, sign: int) -> _Moments:
        sums = (
            weight + self.w,
            weight**2 + self.ww,
            weight * signed + sign * self.wr,
            weight**2 * signed + sign * self.wwr,
            (weight * signed) ** 2 + self.wwrr,
        )
        return _Moments(*(value / (1 + self.events) for value in sums))

    def _unbounded(self, reward: float, sign: int, slack: float) -> float | None:
        """The same in the limit of an infinite weight."""
        n = self.events
        x = sign * (reward + (self.wr - self.w * reward) / n)
        surprise = reward**2 * self.ww - 2 * reward * self.wwr + self.wwrr
        y = (reward * self.w - self.wr) ** 2 / (n * (1 + n)) - surprise / (1 + n)
        return _below(x, y, slack + 1 / (2 * n))


@dataclass(frozen=True, slots=True)
class CressieReadMended(CressieRead):
    """The same for logs of which few events count for most, where that holds too seldom.

    As many degrees of freedom as there are events take the spread of the weights for known. But it
    rests on the few large ones: on no more than (sum of w)² / (sum of w²) events (Kish, *Survey
    Sampling*, 1965), so that is what Student's t is asked for. It is never narrower.
    """

    key = "cressie_read_mended"

    @property
    def _freedom(self) -> int:
        return max(1, int(self.w**2 / self.ww) - 1 if self.ww else 1)


def _below(x: float, y: float, z: float) -> float | None:
    """x - sqrt(2 y z) where that is a minimum."""
    if abs(y * z) <= _TINY**2:
        return x - math.sqrt(2) * _TINY
    return x - math.sqrt(2 * y * z) if z <= 0 and y <= 0 else None


def _highest(weighed: Weighed) -> float:
    """The largest weight that any of the events could have had, whatever had been shown."""
    log, target = weighed.decisions, weighed.probabilities
    if not len(log):
        return 0.0
    if log.probabilities is None or target is None:
        return math.inf
    possible = np.full(target.shape, 0.0)
    np.divide(target, log.probabilities, out=possible, where=log.probabilities > 0)
    # What was shown had weights of 1 where rounding allows it.
    shown = possible[np.arange(len(log)), log.shown]
    possible[np.arange(len(log)), log.shown] = np.minimum(shown, weighed.weight)
    return float(max(possible.max(), weighed.weight.max()))
