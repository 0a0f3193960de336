"""Uniform: every action equally often."""

from dataclasses import dataclass

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, pick


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every action equally often, whatever was learned."""

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored; the first is the baseline."""
        size = len(belief.mean)
        chance = np.full(size, 1 / size)
        return Decision(chance, np.zeros(size), pick(chance, rng), "random")
