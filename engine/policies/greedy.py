"""Greedy: always the best guess."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, Policy, pick, ties


@dataclass(frozen=True, slots=True)
class Greedy(Policy):
    """Always the best guess; equally good actions share. Nothing is explored."""

    key: ClassVar[str] = "greedy"
    label: ClassVar[str] = "Greedy"
    story: ClassVar[str] = "Shows its best guess and never tries anything else on purpose."

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions scored; the first is the baseline."""
        best = ties(belief.mean)
        return Decision(best, np.zeros(len(best)), pick(best, rng), "best")
