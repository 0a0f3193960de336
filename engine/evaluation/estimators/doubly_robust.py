"""Doubly robust estimate with the beliefs at Rank time."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import WeightedDecisions
from engine.evaluation.estimators.importance_sums import MeanOf


@dataclass(frozen=True, slots=True)
class DoublyRobust(MeanOf):
    """Believed rewards of the target's actions, corrected by weighted residuals (Dudik, Langford &
    Li, ICML 2011, eq. 3). Beliefs are older than the rewards by which they are corrected, so the
    estimate is unbiased for any logging policy that could show every action of the target."""

    key = "dr"

    def values(self, weighed: WeightedDecisions) -> Array | None:
        log, target = weighed.decisions, weighed.probabilities
        if log.means is None or target is None:
            return None
        means = np.where(log.offered, log.means, 0.0)
        surprise = log.reward - means[np.arange(len(log)), log.shown]
        return np.asarray((target * means).sum(axis=1) + weighed.weight * surprise)
