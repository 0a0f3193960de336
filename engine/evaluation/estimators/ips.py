"""Inverse propensity scores, as the retired service reported them.

Its average reward is mean(w r), and its interval the normal one (the worked example of its
v1.1-preview.1 API description gives both to eight digits).
"""

from dataclasses import dataclass

from engine.evaluation.estimators.base import Interval
from engine.evaluation.estimators.sums import WeightSums, normal_interval


@dataclass(frozen=True, slots=True)
class Ips(WeightSums):
    """Mean of weight times reward (Horvitz & Thompson, JASA 1952): without bias, but restless."""

    key = "ips"

    def pivots(self, mean: float) -> tuple[float, float]:
        return 0.0, 0.0

    def interval(self, level: float = 0.95) -> Interval | None:
        return normal_interval(self.events, self.wr, self.wwrr, level)
