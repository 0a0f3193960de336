"""Upper confidence bounds."""

import numpy as np
import pytest

from engine.policies.base import Normals
from engine.policies.ucb import UpperBound
from tests.engine.policies.beliefs import BELIEF


@pytest.mark.parametrize(("width", "chosen"), [(0, 1), (0.4, 1), (0.6, 2), (3, 0)])
def test_the_highest_upper_bound_is_chosen_for_certain(width: float, chosen: int) -> None:
    decision = UpperBound(width).decide(BELIEF, Normals(1), np.random.default_rng(1))
    assert decision.chosen == chosen
    assert decision.probabilities.tolist() == np.eye(3)[chosen].tolist()
