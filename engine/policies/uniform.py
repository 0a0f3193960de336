"""Uniform: every action equally often."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, Policy, pick


@dataclass(frozen=True, slots=True)
class Uniform(Policy):
    """Every action equally often, whatever was learned."""

    key: ClassVar[str] = "uniform"
    label: ClassVar[str] = "Uniform"
    story: ClassVar[str] = "Shows every action equally often, whatever it has learned."

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored; the first is the baseline."""
        size = len(belief.mean)
        chance = np.full(size, 1 / size)
        return Decision(chance, np.zeros(size), pick(chance, rng), "random")

    def best_match(self, actions: int) -> float:
        """1 / K."""
        return 1 / actions
