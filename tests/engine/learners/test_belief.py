"""A belief as a mixture of Gaussians, compared with sampling from the mixture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrays import Array
from engine.learners.belief import Before, Belief

DRAWS = 200_000


def mixture(seed: int, parts: int = 3, size: int = 4) -> Belief:
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((parts, size, size + 1))
    weights = rng.dirichlet(np.ones(parts))
    return Belief(weights, rng.normal(size=(parts, size)), roots @ roots.transpose(0, 2, 1))


def drawn(belief: Belief, seed: int) -> Array:
    """Sample a component by weight, then a belief from the component, (draws, K)."""
    rng = np.random.default_rng(seed)
    parts = rng.choice(len(belief.weights), size=DRAWS, p=belief.weights)
    result: Array = np.empty((DRAWS, belief.means.shape[1]))
    for i, (mean, covariance) in enumerate(zip(belief.means, belief.covariances, strict=True)):
        mine = parts == i
        result[mine] = rng.multivariate_normal(mean, covariance, int(mine.sum()))
    return result


@pytest.mark.parametrize("seed", range(3))
def test_mean_and_standard_deviation_are_those_of_draws_from_the_mixture(seed: int) -> None:
    """Within 4 standard errors; the error of a variance uses the fourth moment of the samples."""
    belief = mixture(seed)
    sample = drawn(belief, seed)
    assert np.all(np.abs(sample.mean(0) - belief.mean) <= 4 * belief.sd / np.sqrt(DRAWS))
    squares = (sample - belief.mean) ** 2
    error = squares.std(0) / np.sqrt(DRAWS)
    assert np.all(np.abs(squares.mean(0) - belief.sd**2) <= 4 * error)


def test_parts_that_agree_have_no_spread_between_them() -> None:
    belief = mixture(0)
    agreed = Belief(belief.weights, np.zeros_like(belief.means), belief.covariances)
    expected = np.sqrt(belief.weights @ belief.sds**2)
    np.testing.assert_allclose(agreed.sd, expected, rtol=1e-14)


def test_parts_without_doubt_leave_the_spread_between_them() -> None:
    means = np.array([[0.0, 0.5], [1.0, 0.5]])
    belief = Belief(np.array([0.25, 0.75]), means, np.zeros((2, 2, 2)))
    assert belief.mean.tolist() == [0.75, 0.5]
    assert belief.sd == pytest.approx([np.sqrt(0.25 * 0.75), 0])


def test_a_single_gaussian_is_a_mixture_of_one() -> None:
    belief = Belief.of_one(np.array([0.5, 1.0]), np.array([[4.0, 1.0], [1.0, 9.0]]))
    assert belief.mean.tolist() == [0.5, 1]
    assert belief.sd.tolist() == [2, 3]
    assert belief.sds.tolist() == [[2, 3]]
    assert belief.weights.tolist() == [1]


def test_a_variance_that_rounding_has_left_negative_is_none() -> None:
    assert Belief.of_one(np.zeros(1), np.array([[-1e-18]])).sd.tolist() == [0]


def test_the_belief_about_some_of_the_actions_is_the_same_belief() -> None:
    belief = mixture(1)
    some = belief.only([2, 0])
    assert some.weights is belief.weights
    np.testing.assert_allclose(some.mean, belief.mean[[2, 0]], rtol=1e-14)
    np.testing.assert_allclose(some.sd, belief.sd[[2, 0]], rtol=1e-14)
    np.testing.assert_array_equal(some.covariances[:, 0, 1], belief.covariances[:, 2, 0])


# -- bells ----------------------------------------------------------------------------


def test_uncertainty_common_to_all_actions_widens_no_interval() -> None:
    own = np.array([0.04, 0.09, 0.25])
    alone = Belief.of_one(np.zeros(3), np.diag(own))
    together = Belief.of_one(np.zeros(3), np.diag(own) + 0.7)
    np.testing.assert_allclose(alone.widths, np.sqrt(own), rtol=2e-3)
    np.testing.assert_allclose(together.widths, alone.widths, rtol=1e-6)


@given(st.integers(2, 8), st.integers(0, 10**6), st.floats(1e-3, 1e3), st.floats(0, 10))
def test_before_any_reward_all_bells_are_as_wide(
    size: int, seed: int, scale: float, shared: float
) -> None:
    """For any lengths and correlations."""
    root = np.random.default_rng(seed).standard_normal((size, size + 1))
    before = root @ root.T
    belief = Belief(
        np.ones(1), np.zeros((1, size)), scale * before[None] + scale * shared, Before(before[None])
    )
    np.testing.assert_allclose(belief.widths, belief.widths[0], rtol=1e-5)
