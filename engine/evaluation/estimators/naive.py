"""The naive average: the figure on a dashboard, and a biased one."""

from dataclasses import dataclass

from engine.arrays import Array
from engine.evaluation.estimators.base import Interval, WeightedDecisions
from engine.evaluation.estimators.importance_sums import MeanOf
from engine.evaluation.mean_intervals import ends_of_rewards


@dataclass(frozen=True, slots=True)
class Naive(MeanOf):
    """Mean reward of the events whose shown action is possible under the target.

    Biased: a learner shows an action mostly to visitors who like it. Of the logged policy it is the
    mean of the observed rewards.
    """

    key = "naive"

    def values(self, weighed: WeightedDecisions) -> Array:
        low, high = self.bounds
        return (weighed.decisions.reward[weighed.weight > 0] - low) / (high - low)

    def interval(self, level: float = 0.95) -> Interval | None:
        if not self.events:
            return None
        low, high = self.bounds
        ends = ends_of_rewards(self.events, self.total, self.squares, level)
        parts = self.total / self.events, *ends
        return Interval(*(low + (high - low) * part for part in parts))
