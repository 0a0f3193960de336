"""Inverse propensity scores, as the retired service reported them.

Its average reward is mean(w r), with the normal interval (the worked example of the service's
v1.1-preview.1 API description gives both to eight digits).
"""

from dataclasses import dataclass

from engine.evaluation.estimators.base import Interval
from engine.evaluation.estimators.importance_sums import ImportanceSums, normal_interval


@dataclass(frozen=True, slots=True)
class Ips(ImportanceSums):
    """Mean of weight times reward (Horvitz & Thompson, JASA 1952): unbiased, with high variance."""

    key = "ips"

    def pivots(self, mean: float) -> tuple[float, float]:
        return 0.0, 0.0

    def interval(self, level: float = 0.95) -> Interval | None:
        return normal_interval(self.events, self.wr, self.wwrr, level)
