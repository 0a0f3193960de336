"""Probabilities of all actions as logs have them: written with few digits."""

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array

ROUNDING = 1e-3
"""By which those of one event may miss a sum of 1, and the shown one its propensity."""


def summing_to_one(table: Array, shown: NDArray[np.intp], propensity: Array) -> tuple[Array, Array]:
    """Probabilities, (N, K), with the propensity of what was shown, and a sum of 1; and that
    propensity, exactly as it was but where nothing else could be shown: there it is 1."""
    events, exact = np.arange(len(shown)), table.copy()
    exact[events, shown] = 0.0
    others = exact.sum(axis=1)
    propensity = np.where(others > 0, propensity, 1.0)
    scale = np.divide(1 - propensity, others, out=np.zeros_like(others), where=others > 0)
    exact *= scale[:, None]
    exact[events, shown] = propensity
    return exact, propensity
