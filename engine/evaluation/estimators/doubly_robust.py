"""The doubly robust estimate, with what was believed at Rank time."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Weighed
from engine.evaluation.estimators.sums import MeanOf


@dataclass(frozen=True, slots=True)
class DoublyRobust(MeanOf):
    """What was believed of the target's actions, corrected by the weighted surprises (Dudik,
    Langford & Li, ICML 2011, eq. 3). The beliefs are older than the rewards that correct them, so
    there is no bias, however the log was made, as long as it could show all that the target would.
    """

    key = "dr"

    def values(self, weighed: Weighed) -> Array | None:
        log, target = weighed.decisions, weighed.probabilities
        if log.means is None or target is None:
            return None
        means = np.where(log.offered, log.means, 0.0)
        surprise = log.reward - means[np.arange(len(log)), log.shown]
        return np.asarray((target * means).sum(axis=1) + weighed.weight * surprise)
