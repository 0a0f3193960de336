"""How far others are believed to fall short of the action that an apprentice imitates.

A rule chooses for a reason, and where an apprentice watched it, nothing else was ever rewarded: so
what its action earns in one context says little of that action where the rule prefers another.
Going online, an action that is not the imitated one is therefore believed to earn less by the lean
times its *gap*: how much less it looks like the rule's choice, from 0 to 1. The lean is one number,
as uncertain as one reward before the first of such actions, and learned from each of them: with D
the standard deviation of the first rewards, gaps g, and rewards r where m was expected without it,

    (11)  lean = (sum of g (r - m) - D) / (1 + sum of g^2).

So a loop starts as the rule at any level of rewards, and leaves it as fast as others do better.
Numbers of equations as in ``engine/README.md``.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.learned_state import Learned

SURE = 0.8
"""Difference in likeness from which an action is not the imitated one at all."""


def gaps(likeness: Array) -> Array:
    """How much less each of the actions (..., K) looks like the imitated one, from 0 to 1."""
    behind = likeness.max(axis=-1, keepdims=True) - likeness
    return np.asarray(np.clip(behind / SURE, 0.0, 1.0))


@dataclass(eq=False, slots=True)
class Lean(Learned):
    """The lean of (11), after rewards of actions that were not the imitated one.

    Attributes:
        known: how many rewards' worth of them there were.
        surprise: sum of what each earned beyond what was expected, by its gap.
    """

    known: float = 0.0
    surprise: float = 0.0

    def mean(self, spread: float) -> float:
        """What is added to the mean of an action with gap 1; the first rewards have this spread."""
        return (self.surprise - spread) / (1.0 + self.known)  # (11)

    def sd(self, spread: float) -> float:
        """How uncertain that is; the bells that are drawn from do not hold it."""
        return spread / math.sqrt(1.0 + self.known)

    def learn(self, gap: float, surprise: float) -> None:
        """Learn what an action with this gap earned beyond what was expected."""
        self.known += gap * gap
        self.surprise += gap * surprise
