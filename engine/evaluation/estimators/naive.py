"""The naive average: the figure on a dashboard, and a biased one."""

from dataclasses import dataclass

from engine.arrays import Array
from engine.evaluation.estimators.base import WeightedDecisions
from engine.evaluation.estimators.importance_sums import MeanOf


@dataclass(frozen=True, slots=True)
class Naive(MeanOf):
    """Mean reward of the events whose shown action is possible under the target.

    Biased: a learner shows an action mostly to visitors who like it.
    """

    key = "naive"

    def values(self, weighed: WeightedDecisions) -> Array:
        return weighed.decisions.reward[weighed.weight > 0]
