"""Reach of an answer: the contexts in which it changed how an action compares with the others."""

import numpy as np

from engine.arrays import Array

_LEAST, _SHARE = 0.02, 0.25
"""Least change that counts, as a share of the size of rewards and of the largest change."""


def answer_reach(before: Array, after: Array, action: int, reward_size: float) -> Array:
    """Change of an action's lead over the best other one in C contexts, (C,); 0 where it is small.

    Args:
        before, after: expected rewards before and after an answer, (C, K).
        action: position of the answered action.
        reward_size: as of `World.reward_size`.
    """
    changes = _lead(after, action) - _lead(before, action)
    size = np.abs(changes)
    return np.where(size >= max(_LEAST * reward_size, _SHARE * size.max()), changes, 0.0)


def _lead(means: Array, action: int) -> Array:
    others = np.delete(means, action, axis=1)
    best: Array = others.max(axis=1, initial=-np.inf if others.shape[1] else 0.0)
    return means[:, action] - best
