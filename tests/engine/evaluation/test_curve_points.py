"""Means over windows."""

import numpy as np
import pytest

from engine.evaluation.curve_points import rolling_mean, thinned


def test_a_rolling_mean_is_that_of_the_last_values_or_of_as_many_as_there_are() -> None:
    values = np.array([1.0, 0.0, 4.0, 3.0])
    means = rolling_mean(values, np.array([1, 2, 3, 4]), window=2)
    assert means.tolist() == [1.0, 0.5, 2.0, 3.5]


@pytest.mark.parametrize(
    ("first", "last", "points", "expected"),
    [(1, 5, 300, [1, 2, 3, 4, 5]), (1, 9, 3, [1, 5, 9]), (0, 7, 2, [0, 7]), (4, 4, 2, [4])],
)
def test_thinning_keeps_both_ends_and_at_most_so_many_points(
    first: int, last: int, points: int, expected: list[int]
) -> None:
    assert thinned(first, last, points).tolist() == expected
