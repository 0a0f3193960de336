"""Exploration floor: the share of decisions made by chance, whatever the belief.

Half of it is uniform and half on the baseline action, the first, so every propensity is positive.
Its size is `Thompson.floor`.
Numbers of equations as in ``engine/README.md``.
"""

import numpy as np

from engine.arrays import Array


def chance(actions: int) -> Array:
    """Distribution of the decisions made by chance, (K,)."""
    result = np.full(actions, 0.5 / actions)
    result[0] += 0.5
    return result


def with_floor(probabilities: Array, floor: float) -> Array:
    """Probabilities (..., K) with a floor mixed in."""
    by_chance = chance(probabilities.shape[-1])
    return np.asarray((1 - floor) * probabilities + floor * by_chance)  # (10)


def highest_baseline_probability(floor: float, actions: int) -> float:
    """Highest possible probability of the baseline among K actions."""
    return 1 - floor / 2 + floor / (2 * actions)
