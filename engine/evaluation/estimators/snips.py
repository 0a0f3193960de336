"""Self-normalised inverse propensity scores."""

import math
from dataclasses import dataclass

from engine.evaluation.estimators.base import Interval
from engine.evaluation.estimators.importance_sums import ImportanceSums
from engine.evaluation.mean_intervals import normal


@dataclass(frozen=True, slots=True)
class Snips(ImportanceSums):
    """Weighted mean of the rewards (Swaminathan & Joachims, NeurIPS 2015), with the interval of
    the delta method (Hesterberg, *Technometrics*, 1995, section 2.1)."""

    key = "snips"

    def interval(self, level: float = 0.95) -> Interval | None:
        if self.w <= 0:
            return None
        mean = self.wr / self.w
        scatter = self.wwrr - 2 * mean * self.wwr + mean**2 * self.ww
        reach = normal(level) * math.sqrt(max(0.0, scatter)) / self.w
        return Interval(mean, mean - reach, mean + reach)
