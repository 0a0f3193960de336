"""Greedy: always the best guess."""

from dataclasses import dataclass

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, Policy, pick, ties


@dataclass(frozen=True, slots=True)
class Greedy(Policy):
    """Always the best guess; ties are split. No exploration."""

    key = "greedy"
    label = "Greedy"
    story = "Shows its best guess and never explores."

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        best = ties(belief.mean)
        return Decision(best, np.zeros(len(best)), pick(best, rng), "best")
