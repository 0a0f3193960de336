"""How far chance may have moved a mean."""

import math

import numpy as np
import pytest

from engine.evaluation.intervals import standard_error, student


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (9, 2.262), (29, 2.045), (499, 1.965)],
)
def test_students_quantile_is_the_one_in_the_tables(freedom: int, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, rel=0.01)


def test_the_standard_error_of_a_mean_by_hand() -> None:
    assert standard_error(np.array([1.0, 2.0, 4.0, 5.0])) == pytest.approx(math.sqrt(10 / 3 / 4))
    assert math.isnan(standard_error(np.array([1.0])))
    assert standard_error(np.array([1.0]), unknown=math.inf) == math.inf
