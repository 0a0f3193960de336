"""Epsilon-greedy: the service's own exploration."""

from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.learners.belief import Belief
from engine.policies.base import Decision, Knob, Normals, Policy, pick, ties


@dataclass(frozen=True, slots=True)
class EpsilonGreedy(Policy):
    """The best guess, but a uniformly random action with probability epsilon.

    The best of K actions has probability (1 - epsilon) + epsilon / K, the others epsilon / K each;
    ties are split, so an untrained model gives 1 / K.

    Attributes:
        epsilon: share of uniformly random decisions, 0 to 1; the service's default is 0.2.
    """

    key = "epsilon"
    label = "Epsilon-greedy"
    story = "Offers its best guess, but a random offer to {epsilon} of visitors."
    knobs = (Knob("epsilon", "random offers", range(101), "percent", parts=100),)
    bounds = (("epsilon", 0, 1),)

    epsilon: float = 0.2

    def decide(self, belief: Belief, normals: Normals, rng: np.random.Generator) -> Decision:
        size = len(belief.mean)
        best = ties(belief.mean)
        probabilities = (1 - self.epsilon) * best + self.epsilon / size
        random = bool(rng.random() < self.epsilon)
        chosen = pick(np.full(size, 1 / size) if random else best, rng)
        return Decision(probabilities, np.zeros(size), chosen, "random" if random else "best")

    def kept(self, actions: int) -> Array:
        return np.full(actions, self.epsilon / actions)

    def best_match(self, actions: int) -> float:
        return 1 - self.epsilon + self.epsilon / actions
