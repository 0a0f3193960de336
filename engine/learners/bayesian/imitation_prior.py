"""Prior that actions other than the imitated one earn less, for a loop after apprenticeship.

A rule chooses for a reason, and an apprentice sees rewards of the rule's actions alone: the reward
of an action in one context says little about the same action in contexts where the rule prefers
another. Online, the expected reward of an action is therefore shifted by the *lean* times its
*gap*, from 0 to 1: how much less it resembles the rule's choice. The lean is one number, with the
weight of w = 4 rewards a priori, and learned from each reward of an action with a gap: with gaps g,
rewards r, and m their means without the lean,

    (11)  lean = (sum of g (r - m) - w D) / (w + sum of g^2).

D is the standard deviation of the first rewards; and where they have a mean below the prior one,
the difference, as actions never shown are believed to earn more. So a loop starts as the rule at
any level of rewards, and leaves it as fast as other actions earn more.
Numbers of equations as in ``engine/README.md``.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.learned_state import Learned

PRIOR_WEIGHT = 4.0
"""w of (11). With 1, a single lucky reward of another action ended the imitation."""
SURE = 0.8
"""Difference in likeness at which the gap is 1."""


def gaps(likeness: Array) -> Array:
    """Gap of each action by its likeness to the imitated action, (..., K), from 0 to 1."""
    behind = likeness.max(axis=-1, keepdims=True) - likeness
    return np.asarray(np.clip(behind / SURE, 0.0, 1.0))


@dataclass(eq=False, slots=True)
class ImitationPrior(Learned):
    """The lean of (11) after rewards of actions with a gap.

    Attributes:
        known: sum of squared gaps.
        surprise: sum of gaps times rewards above their means.
    """

    known: float = 0.0
    surprise: float = 0.0

    def mean(self, disadvantage: float) -> float:
        """Shift of the mean of an action with gap 1, by D of (11)."""
        return (self.surprise - PRIOR_WEIGHT * disadvantage) / (PRIOR_WEIGHT + self.known)  # (11)

    def sd(self, disadvantage: float) -> float:
        """Standard deviation of the lean; not a part of the bells."""
        return disadvantage / math.sqrt(PRIOR_WEIGHT + self.known)

    def learn(self, gap: float, surprise: float) -> None:
        """Learn a reward of an action with a gap, as its difference from the mean."""
        self.known += gap * gap
        self.surprise += gap * surprise
