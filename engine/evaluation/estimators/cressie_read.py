"""Empirical likelihood with the Cressie-Read divergence of order -2, in closed form.

Karampatziakis, Langford & Mineiro, *Empirical Likelihood for Contextual Bandits*, NeurIPS 2020.
The true mean weight is 1. The events, and an imaginary event with the least or the largest
possible weight, are reweighed as little as needed to satisfy this; the interval contains the means
under every such reweighing that is no less likely than the level allows.
"""

import math
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np

from engine.evaluation.estimators.base import Interval, WeightedDecisions
from engine.evaluation.estimators.importance_sums import ImportanceSums
from engine.evaluation.mean_intervals import student

_TINY = 1e-9
"""Half-widths below this count as 0."""


class _Moments(NamedTuple):
    """Means over the events and the imaginary event, of powers of weights and signed rewards."""

    w: float
    ww: float
    wr: float
    wwr: float
    wwrr: float


@dataclass(frozen=True, slots=True)
class CressieRead(ImportanceSums):
    """Estimate and interval; the largest possible weight comes from the log.

    Attributes:
        known: largest weight that any event could have had, and at least the largest weight seen.
        chance: largest probability of the target, in events with the shown action's probability
            alone.
        rarity: largest 1 / propensity in these events.
        dearest: largest reward that an action of the target can pay.
    """

    key = "cressie_read"

    known: float = field(default=0.0, metadata={"merge": max})
    chance: float = field(default=0.0, metadata={"merge": max})
    rarity: float = field(default=0.0, metadata={"merge": max})
    dearest: float = field(default=-math.inf, metadata={"merge": max})

    def add(self, weighed: WeightedDecisions) -> Self:
        # (The class with slots is a copy of the decorated class, so super() would fail.)
        summed = ImportanceSums.add(self, weighed)
        known, chance, rarity = _largest(weighed)
        return replace(
            summed,
            known=max(self.known, known),
            chance=max(self.chance, chance),
            rarity=max(self.rarity, rarity),
            dearest=max(self.dearest, _dearest(weighed, self.bounds[1])),
        )

    @property
    def highest(self) -> float:
        """Largest weight that any event could have had. If only shown actions' probabilities are
        known, the least of them counts as the least of all."""
        return max(self.known, self.chance * self.rarity)

    @property
    def _limit(self) -> float:
        """Weight of the imaginary event; infinite if no weight of the log exceeds 1."""
        return self.highest if self.highest > 1 + _TINY else math.inf

    def interval(self, level: float = 0.95) -> Interval | None:
        if not self.events:
            return None
        slack = self._slack(level)
        low, high = self.bounds
        return Interval(
            self._point(),
            max(low, min(high, self._extreme(low, 1, slack))),
            max(low, min(high, -self._extreme(self.dearest, -1, slack))),
        )

    def _added(self) -> tuple[float, float, float]:
        """Weight of 0 or the limit that moves the mean towards 1, and the resulting means of w and
        w²."""
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
        """Largest drop in log-likelihood of an admitted reweighing."""
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
        """Least ``sign`` times mean, if the imaginary event earned ``reward``."""
        values = (
            self._unbounded(reward, sign, slack)
            if math.isinf(weight)
            else self._bounded(weight, reward, sign, slack)
            for weight in (0.0, self._limit)
        )
        known = [value for value in values if value is not None]
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
        """Limit of `_bounded` for an infinite weight."""
        n = self.events
        x = sign * (reward + (self.wr - self.w * reward) / n)
        surprise = reward**2 * self.ww - 2 * reward * self.wwr + self.wwrr
        y = (reward * self.w - self.wr) ** 2 / (n * (1 + n)) - surprise / (1 + n)
        return _below(x, y, slack + 1 / (2 * n))


@dataclass(frozen=True, slots=True)
class CressieReadMended(CressieRead):
    """Variant for logs in which few events carry most weight and `CressieRead` under-covers.

    With as many degrees of freedom as events the spread of the weights counts as known. But it
    rests on the few large weights, with an effective size of at most (sum of w)² / (sum of w²)
    events (Kish, *Survey Sampling*, 1965), which are the degrees of freedom of Student's t here.
    The interval is never narrower than that of `CressieRead`.
    """

    key = "cressie_read_mended"

    @property
    def _freedom(self) -> int:
        return max(1, int(self.w**2 / self.ww) - 1 if self.ww else 1)


def _below(x: float, y: float, z: float) -> float | None:
    """x - sqrt(2 y z) if it is a minimum, else None."""
    if abs(y * z) <= _TINY**2:
        return x - math.sqrt(2) * _TINY
    return x - math.sqrt(2 * y * z) if z <= 0 and y <= 0 else None


def _largest(weighed: WeightedDecisions) -> tuple[float, float, float]:
    """Largest weight known to be possible under any action; for a log with the shown action's
    probability alone, also the largest probability of the target, and 1 / propensity."""
    log, target = weighed.decisions, weighed.probabilities
    seen = float(weighed.weight.max(initial=0.0))
    if not len(log) or target is None:
        return seen, 0.0, 0.0
    if log.probabilities is None:
        return seen, float(target.max()), 1 / float(log.propensity.min())
    possible = np.full(target.shape, 0.0)
    np.divide(target, log.probabilities, out=possible, where=log.probabilities > 0)
    # Weights of shown actions are 1 within rounding.
    of_shown = possible[np.arange(len(log)), log.shown]
    possible[np.arange(len(log)), log.shown] = np.minimum(of_shown, weighed.weight)
    return max(float(possible.max()), seen), 0.0, 0.0


def _dearest(weighed: WeightedDecisions, most: float) -> float:
    """Largest reward of an action that the target may show; ``most`` if unknown."""
    log, target = weighed.decisions, weighed.probabilities
    if log.largest is None or target is None:
        return most
    return min(most, float(log.largest[(target > 0).any(axis=0)].max(initial=-math.inf)))
