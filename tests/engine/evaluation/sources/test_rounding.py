"""Probabilities with few digits add up to 1, and the logged propensity stays as it is."""

import numpy as np

from engine.evaluation.sources.rounding import summing_to_one


def test_what_was_shown_keeps_its_probability_and_the_others_make_up_for_it() -> None:
    table, shown = np.array([[0.333, 0.333, 0.333], [1.0, 0.0, 0.0]]), np.array([1, 0])
    exact, propensity = summing_to_one(table, shown, np.array([0.334, 0.9995]))
    assert propensity.tolist() == [0.334, 1.0]  # Nothing else could be shown.
    np.testing.assert_allclose(exact, [[0.333, 0.334, 0.333], [1.0, 0.0, 0.0]], atol=1e-12)
