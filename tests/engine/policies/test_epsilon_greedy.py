"""Epsilon-greedy and the other policies with exact probabilities."""

import numpy as np
import pytest

from engine import EpsilonGreedy, Greedy, Uniform
from engine.learners.belief import Belief
from engine.policies.base import Policy
from tests.engine.policies.beliefs import TIED, TRAINED, decide, independent

UNTRAINED = independent([0.5] * 4, [0.1] * 4)


@pytest.mark.parametrize(
    ("policy", "belief", "expected"),
    [
        (EpsilonGreedy(0.2), TRAINED, [0.05, 0.85, 0.05, 0.05]),
        (EpsilonGreedy(0.2), UNTRAINED, [0.25] * 4),
        (EpsilonGreedy(0.2), TIED, [0.05, 0.45, 0.45, 0.05]),
        (EpsilonGreedy(0.0), TRAINED, [0, 1, 0, 0]),
        (EpsilonGreedy(1.0), TRAINED, [0.25] * 4),
        (Greedy(), TRAINED, [0, 1, 0, 0]),
        (Greedy(), UNTRAINED, [0.25] * 4),
        (Greedy(), TIED, [0, 0.5, 0.5, 0]),
        (Uniform(), TRAINED, [0.25] * 4),
        (Uniform(), TIED, [0.25] * 4),
    ],
    ids=repr,
)
def test_the_exact_policies_state_these_probabilities(
    policy: Policy, belief: Belief, expected: list[float]
) -> None:
    decision = decide(policy, belief)
    np.testing.assert_allclose(decision.probabilities, expected, rtol=0, atol=1e-15)
    assert decision.errors.tolist() == [0] * 4
    assert decision.draw is None


@pytest.mark.parametrize(
    ("policy", "causes"),
    [
        (EpsilonGreedy(0.5), ("best", "random")),
        (EpsilonGreedy(0.0), ("best",)),
        (EpsilonGreedy(1.0), ("random",)),
        (Greedy(), ("best",)),
        (Uniform(), ("random",)),
    ],
    ids=repr,
)
def test_the_cause_says_what_decided(policy: Policy, causes: tuple[str, ...]) -> None:
    decisions = [decide(policy, TRAINED, seed) for seed in range(50)]
    assert {d.cause for d in decisions} == set(causes)
    assert all(d.chosen == 1 for d in decisions if d.cause == "best")
