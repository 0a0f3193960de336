"""Beliefs to decide on, and how often each action is chosen."""

import numpy as np

from engine import Thompson
from engine.arrays import Array
from engine.learners.belief import Belief
from engine.policies.base import Decision, Normals, Policy


def random_belief(seed: int, size: int) -> Belief:
    """Correlated means within a standard deviation of each other."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((size, size + 2)) * 0.1
    return Belief.of_one(rng.uniform(0.3, 0.7, size), root @ root.T)


def independent(mean: list[float], sd: list[float]) -> Belief:
    return Belief.of_one(np.array(mean), np.diag(np.square(sd)))


def textbook(draws: int = 4_096, floor: float = 0.05, width: float = 1.0) -> Thompson:
    """Textbook Thompson sampling: a single sample decides, so probabilities are those of being
    best.
    """
    return Thompson(draws, floor, width, agreement=1)


def decide(policy: Policy, belief: Belief, seed: int = 0, table: int = 0) -> Decision:
    return policy.decide(belief, Normals(table), np.random.default_rng(seed))


def chosen_counts(policy: Policy, belief: Belief, times: int) -> Array:
    """Number of decisions for each action, with a separate stream per decision as in a loop."""
    normals = Normals(0)
    counts = np.zeros(len(belief.mean))
    for seed in range(times):
        counts[policy.decide(belief, normals, np.random.default_rng([5, seed])).chosen] += 1
    return counts


TRAINED = independent([0.2, 0.9, 0.4, 0.1], [0.1] * 4)


TIED = independent([0.2, 0.9, 0.9, 0.1], [0.1] * 4)


BELIEF = Belief.of_one(np.array([0.2, 0.5, 0.4]), np.diag([0.09, 0.0, 0.04]))
