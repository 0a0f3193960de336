"""Uniform: the same probability for every action."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, Policy, pick


@dataclass(frozen=True, slots=True)
class Uniform(Policy):
    """The same probability for every action, for any belief."""

    key = "uniform"
    label = "Uniform"
    story = "Shows every action equally often, whatever it has learned."

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        size = len(belief.mean)
        chance = np.full(size, 1 / size)
        return Decision(chance, np.zeros(size), pick(chance, rng), "random")

    def kept(self, actions: int) -> Array:
        return np.full(actions, 1 / actions)

    def best_match(self, actions: int) -> float:
        return 1 / actions
