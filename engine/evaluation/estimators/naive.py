"""The naive average: what a dashboard shows, and why it misleads."""

from dataclasses import dataclass

from engine.arrays import Array
from engine.evaluation.estimators.base import Weighed
from engine.evaluation.estimators.sums import MeanOf


@dataclass(frozen=True, slots=True)
class Naive(MeanOf):
    """The mean reward of the events in which the target might have shown what was shown.

    Biased: a learner shows an action to those who like it.
    """

    key = "naive"

    def values(self, weighed: Weighed) -> Array:
        return weighed.decisions.reward[weighed.weight > 0]
