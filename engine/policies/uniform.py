"""Uniform: every action equally often."""

from dataclasses import dataclass

import numpy as np

from engine.learners.belief import Scores
from engine.policies.base import Decision, Normals, pick


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every action equally often, whatever was learned."""

    def decide(self, scores: Scores, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored; the first is the baseline."""
        size = len(scores.mean)
        chance = np.full(size, 1 / size)
        return Decision(chance, np.zeros(size), pick(chance, rng), "random")
