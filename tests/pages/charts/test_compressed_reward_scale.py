"""Scale of the bells, as computed in a browser."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.charts.compressed_reward_scale import SPAN, ZERO, from_left

REWARDS = st.floats(-20, 20)


def place(reward: float) -> float:
    """Evaluate Vega's expression for the position of a reward."""
    known = {"exp": exp, "min": min, "clamp": lambda x, low, high: max(low, min(high, x))}
    position: float = eval(from_left("reward"), known, {"reward": reward})
    return position


@pytest.mark.parametrize("reward", [-0.1, 0.0, 0.25, 1.0, 1.1])
def test_the_scale_is_even_where_rewards_are(reward: float) -> None:
    assert place(reward) == pytest.approx(ZERO + reward)


@given(REWARDS, REWARDS)
def test_what_lies_beyond_stays_in_its_order_and_within_the_scale(
    first: float, second: float
) -> None:
    low, high = sorted((first, second))
    assert -1e-9 <= place(low) <= place(high) + 1e-9 <= SPAN + 2e-9


@given(REWARDS)
def test_both_sides_are_alike(reward: float) -> None:
    assert place(reward) + place(1 - reward) == pytest.approx(SPAN)
