"""The exploration floor: chance mixed into any probabilities."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.policies.exploration_floor import chance, highest_baseline_probability, with_floor


@given(st.floats(0, 1), st.lists(st.floats(0.01, 1), min_size=2, max_size=9))
def test_half_of_the_floor_is_uniform_and_half_on_the_baseline(
    floor: float, weights: list[float]
) -> None:
    believed = np.array(weights) / sum(weights)
    assume(believed.min() < believed.max())
    mixed, size = with_floor(believed, floor), len(weights)
    np.testing.assert_allclose(mixed[1:], (1 - floor) * believed[1:] + floor / (2 * size))
    assert mixed[0] == np.float64(mixed[0]).clip(floor / 2 + floor / (2 * size) - 1e-12, 1)
    np.testing.assert_allclose(mixed.sum(), 1)


@given(st.floats(0, 1), st.integers(2, 50))
def test_a_certain_baseline_has_the_highest_probability(floor: float, actions: int) -> None:
    certain = np.eye(actions)[0]
    highest = highest_baseline_probability(floor, actions)
    np.testing.assert_allclose(with_floor(certain, floor)[0], highest)
    np.testing.assert_allclose(chance(actions).sum(), 1)


@given(st.floats(0, 1), st.integers(1, 50))
def test_between_actions_that_are_alike_the_floor_is_even(floor: float, actions: int) -> None:
    alike = np.full((2, actions), 1 / actions)
    alike[1] = np.arange(actions) + 1.0
    mixed = with_floor(alike, floor)
    assert np.ptp(mixed[0]) == 0
    if actions > 1:
        np.testing.assert_allclose(mixed[1], (1 - floor) * alike[1] + floor * chance(actions))
