"""Greedy: always the best guess."""

from dataclasses import dataclass

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, pick, ties


@dataclass(frozen=True, slots=True)
class Greedy:
    """Always the best guess; equally good actions share. Nothing is explored."""

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored; the first is the baseline."""
        best = ties(belief.mean)
        return Decision(best, np.zeros(len(best)), pick(best, rng), "best")
