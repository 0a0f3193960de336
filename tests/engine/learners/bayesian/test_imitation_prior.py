"""The imitation prior, compared with a regression with one weight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.learners.bayesian.imitation_prior import PRIOR_WEIGHT, SURE, ImitationPrior, gaps

likenesses = st.lists(st.floats(-2, 2), min_size=1, max_size=6)


@given(likenesses)
def test_what_looks_most_like_the_choice_has_no_gap_and_what_looks_least_has_the_largest(
    likeness: list[float],
) -> None:
    result = gaps(np.array(likeness))
    assert result[np.argmax(likeness)] == 0
    assert np.all((result >= 0) & (result <= 1))
    assert result[np.argmin(likeness)] == result.max()


def test_half_of_what_makes_the_head_sure_is_half_a_gap() -> None:
    assert gaps(np.array([1.0, 1 - SURE / 2, 1 - SURE, -5.0])) == pytest.approx([0, 0.5, 1, 1])
    several = gaps(np.array([[1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_array_equal(several, [[0, 1], [1, 0]])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 1)), max_size=20), st.floats(0.01, 0.5))
def test_the_lean_is_the_mean_of_a_weight_with_a_prior_of_some_rewards(
    told: list[tuple[float, float]], spread: float
) -> None:
    """Least squares with additional rows, of gap 1 and surprise - spread."""
    lean = ImitationPrior()
    for gap, surprise in told:
        lean.learn(gap, surprise)
    prior = round(PRIOR_WEIGHT)
    x = np.array([1.0] * prior + [gap for gap, _ in told])
    y = np.array([-spread] * prior + [surprise for _, surprise in told])
    expected, *_ = np.linalg.lstsq(x[:, None], y, rcond=None)
    assert lean.mean(spread) == pytest.approx(float(expected[0]), abs=1e-9)
