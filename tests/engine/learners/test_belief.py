"""A belief that is a mixture of Gaussians, against sampling from it."""

import numpy as np
import pytest

from engine.learners.belief import Scores
from tests.engine.helpers import Array

DRAWS = 200_000


def mixture(seed: int, parts: int = 3, size: int = 4) -> Scores:
    rng = np.random.default_rng(seed)
    roots = rng.standard_normal((parts, size, size + 1))
    weights = rng.dirichlet(np.ones(parts))
    return Scores(
        weights, rng.normal(size=(parts, size)), roots @ roots.transpose(0, 2, 1), (4, 1, 7)
    )


def drawn(scores: Scores, seed: int) -> Array:
    """Draws of a part by weight, and then of scores from it, (draws, K)."""
    rng = np.random.default_rng(seed)
    parts = rng.choice(len(scores.weights), size=DRAWS, p=scores.weights)
    result: Array = np.empty((DRAWS, scores.means.shape[1]))
    for i, (mean, covariance) in enumerate(zip(scores.means, scores.covariances, strict=True)):
        mine = parts == i
        result[mine] = rng.multivariate_normal(mean, covariance, int(mine.sum()))
    return result


@pytest.mark.parametrize("seed", range(3))
def test_mean_and_standard_deviation_are_those_of_draws_from_the_mixture(seed: int) -> None:
    """4 standard errors; that of a variance from the fourth moment of the draws."""
    scores = mixture(seed)
    sample = drawn(scores, seed)
    assert np.all(np.abs(sample.mean(0) - scores.mean) <= 4 * scores.sd / np.sqrt(DRAWS))
    squares = (sample - scores.mean) ** 2
    error = squares.std(0) / np.sqrt(DRAWS)
    assert np.all(np.abs(squares.mean(0) - scores.sd**2) <= 4 * error)


def test_parts_that_agree_have_no_spread_between_them() -> None:
    scores = mixture(0)
    agreed = Scores(scores.weights, np.zeros_like(scores.means), scores.covariances, (0, 1, 2))
    expected = np.sqrt(scores.weights @ scores.sds**2)
    np.testing.assert_allclose(agreed.sd, expected, rtol=1e-14)


def test_parts_without_doubt_leave_the_spread_between_them() -> None:
    means = np.array([[0.0, 0.5], [1.0, 0.5]])
    scores = Scores(np.array([0.25, 0.75]), means, np.zeros((2, 2, 2)), (0, 1))
    assert scores.mean.tolist() == [0.75, 0.5]
    assert scores.sd == pytest.approx([np.sqrt(0.25 * 0.75), 0])


def test_a_single_gaussian_is_a_mixture_of_one() -> None:
    scores = Scores.of_one(np.array([0.5, 1.0]), np.array([[4.0, 1.0], [1.0, 9.0]]))
    assert scores.mean.tolist() == [0.5, 1]
    assert scores.sd.tolist() == [2, 3]
    assert scores.sds.tolist() == [[2, 3]]
    assert (scores.weights.tolist(), scores.sources) == ([1], (0,))


def test_a_variance_that_rounding_has_left_negative_is_none() -> None:
    assert Scores.of_one(np.zeros(1), np.array([[-1e-18]])).sd.tolist() == [0]


def test_the_belief_about_some_of_the_actions_is_the_same_belief() -> None:
    scores = mixture(1)
    some = scores.only([2, 0])
    assert some.weights is scores.weights
    assert some.sources == (4, 1, 7)
    np.testing.assert_allclose(some.mean, scores.mean[[2, 0]], rtol=1e-14)
    np.testing.assert_allclose(some.sd, scores.sd[[2, 0]], rtol=1e-14)
    np.testing.assert_array_equal(some.covariances[:, 0, 1], scores.covariances[:, 2, 0])
