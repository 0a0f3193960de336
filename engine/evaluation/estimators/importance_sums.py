"""Running sums shared by several estimators."""

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Estimator, Interval, WeightedDecisions
from engine.evaluation.mean_intervals import normal


@dataclass(frozen=True, slots=True)
class ImportanceSums(Estimator):
    """Sums over events of products of importance weights w and rewards r, up to the second
    power."""

    events: int = 0
    r: float = 0.0
    w: float = 0.0
    ww: float = 0.0
    wr: float = 0.0
    wwr: float = 0.0
    wwrr: float = 0.0

    def add(self, weighed: WeightedDecisions) -> Self:
        w, r = weighed.weight, weighed.decisions.reward
        wr = w * r
        return replace(
            self,
            events=self.events + len(r),
            r=self.r + float(r.sum()),
            w=self.w + float(w.sum()),
            ww=self.ww + float(w @ w),
            wr=self.wr + float(w @ r),
            wwr=self.wwr + float(w @ wr),
            wwrr=self.wwrr + float(wr @ wr),
        )


@dataclass(frozen=True, slots=True)
class MeanOf(Estimator):
    """Mean of one value per event, with a normal interval.

    Attributes:
        events, total, squares: number of values, their sum, and the sum of their squares.
        unknown: number of events without a value, for lack of information in the log.
    """

    events: int = 0
    total: float = 0.0
    squares: float = 0.0
    unknown: int = 0

    @abstractmethod
    def values(self, weighed: WeightedDecisions) -> Array | None:
        """Values of the events that count; None if the log holds too little information."""

    def add(self, weighed: WeightedDecisions) -> Self:
        values = self.values(weighed)
        if values is None:
            return replace(self, unknown=self.unknown + len(weighed.decisions))
        return replace(
            self,
            events=self.events + len(values),
            total=self.total + float(values.sum()),
            squares=self.squares + float(np.square(values).sum()),
        )

    def interval(self, level: float = 0.95) -> Interval | None:
        if self.unknown:
            return None
        return normal_interval(self.events, self.total, self.squares, level)


def normal_interval(events: int, total: float, squares: float, level: float) -> Interval | None:
    """Normal interval of a mean; infinitely wide for one event, None for none."""
    if not events:
        return None
    mean = total / events
    if events == 1:
        return Interval(mean, -math.inf, math.inf)
    variance = max(0.0, squares - total * mean) / (events - 1)
    reach = normal(level) * math.sqrt(variance / events)
    return Interval(mean, mean - reach, mean + reach)
