"""The greedy policy; ties share the probability."""

import numpy as np
import pytest

from engine import EpsilonGreedy, Greedy
from engine.policies.base import Policy
from tests.engine.policies.beliefs import TIED, chosen_counts, decide, independent
from tests.statistics import CHI_SQUARE_999, chi_square


@pytest.mark.parametrize("policy", [Greedy(), EpsilonGreedy(0.0)], ids=repr)
def test_equally_good_actions_are_chosen_equally_often(policy: Policy) -> None:
    counts = chosen_counts(policy, TIED, 2_000)
    assert counts[[0, 3]].sum() == 0
    assert chi_square(counts[[1, 2]], np.full(2, 0.5)) < CHI_SQUARE_999[1]


def test_means_that_differ_by_rounding_alone_are_a_tie() -> None:
    assert (
        decide(Greedy(), independent([0.3, 0.1 + 0.2], [1, 1])).probabilities.tolist() == [0.5] * 2
    )
    assert decide(Greedy(), independent([0.3, 0.3 + 1e-9], [1, 1])).probabilities.tolist() == [0, 1]
