"""Means over windows."""

import numpy as np

from engine.evaluation.windows import rolling_mean


def test_a_rolling_mean_is_that_of_the_last_values_or_of_as_many_as_there_are() -> None:
    values = np.array([1.0, 0.0, 4.0, 3.0])
    means = rolling_mean(values, np.array([1, 2, 3, 4]), window=2)
    assert means.tolist() == [1.0, 0.5, 2.0, 3.5]
