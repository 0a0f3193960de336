"""Exploration floor: the share of decisions made by chance, whatever the belief.

Half of it is uniform and half on the baseline action, the first, so every propensity is positive.
Between actions that are alike so far it is uniform: nobody's chance is higher. Its size is
`Thompson.floor`.
Numbers of equations as in ``engine/README.md``.
"""

from functools import lru_cache

import numpy as np

from engine.arrays import Array


@lru_cache(maxsize=64)
def chance(actions: int) -> Array:
    """Distribution of the decisions made by chance, (K,); read only."""
    result = np.full(actions, 0.5 / actions)
    result[0] += 0.5
    result.flags.writeable = False
    return result


def chance_beside(probabilities: Array) -> Array:
    """Distributions of the decisions made by chance, (..., K), beside those of the belief: uniform
    where these are."""
    size = probabilities.shape[-1]
    highest = np.maximum.reduce(probabilities, axis=-1, keepdims=True)
    is_even = highest == np.minimum.reduce(probabilities, axis=-1, keepdims=True)
    return np.where(is_even, 1 / size, chance(size))


def with_floor(probabilities: Array, floor: float) -> Array:
    """Probabilities (..., K) with a floor mixed in."""
    return np.asarray((1 - floor) * probabilities + floor * chance_beside(probabilities))  # (10)


def highest_baseline_probability(floor: float, actions: int) -> float:
    """Highest possible probability of the baseline among K actions."""
    return 1 - floor / 2 + floor / (2 * actions)
