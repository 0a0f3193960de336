"""A policy in a single file, as a user would add one: importing the file registers the policy."""

from dataclasses import dataclass

import numpy as np

from engine.errors import check_number
from engine.learners.belief import Belief
from engine.policies.base import CODE, Decision, Knob, Normals, Policy, pick
from engine.policies.registry import register


@register
@dataclass(frozen=True, slots=True)
class Ladder(Policy):
    """Rank the actions; show each one less often than the action ranked before.

    Attributes:
        step: probability relative to the previous action; 0.01 to 1.
    """

    key = "ladder"
    label = "Ladder"
    story = "Shows its best guess most often, and each next one {step} as often."
    knobs = (Knob("step", "next one", range(1, 101), "percent", "As often.", 100),)

    step: float = 0.5

    def __post_init__(self) -> None:
        check_number(CODE, "policy.step", self.step, 0.01, 1)

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        """Choose among the actions of a belief."""
        better = (belief.mean[:, None] < belief.mean).sum(axis=1)
        probabilities = self.step**better / (self.step**better).sum()
        chosen = pick(probabilities, rng)
        return Decision(probabilities, np.zeros(len(better)), chosen, "random")

    def best_match(self, actions: int) -> float:
        """The probability of the first of as many steps as actions."""
        return float(1 / (self.step ** np.arange(actions)).sum())
