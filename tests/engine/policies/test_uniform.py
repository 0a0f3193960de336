"""Any action, each as likely."""

import numpy as np

from engine import Uniform
from tests.engine.policies.beliefs import TRAINED, chosen_counts
from tests.statistics import CHI_SQUARE_999, chi_square


def test_every_action_is_chosen_equally_often_whatever_is_believed() -> None:
    counts = chosen_counts(Uniform(), TRAINED, 2_000)
    assert chi_square(counts, np.full(4, 0.25)) < CHI_SQUARE_999[3]
