"""Confidence intervals of a mean."""

import math

import numpy as np
import pytest

from engine.evaluation.mean_intervals import (
    estimate,
    estimate_in_observed_range,
    estimate_of_differences,
    estimate_of_rewards,
    normal,
    score_reach,
    standard_error,
    student,
)


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


def test_the_score_interval_is_the_one_in_the_books() -> None:
    """None of ten is up to .278, and three of ten .108 to .603 (Wilson's, by R's prop.test)."""
    z = normal()
    assert score_reach(0.0, 10, z, 1) == pytest.approx(0.2775, abs=1e-4)
    assert score_reach(0.0, 10, z, -1) == pytest.approx(0.0, abs=1e-12)
    assert 0.3 - score_reach(0.3, 10, z, -1) == pytest.approx(0.1078, abs=1e-4)
    assert 0.3 + score_reach(0.3, 10, z, 1) == pytest.approx(0.6032, abs=1e-4)


def test_an_interval_leaves_out_what_no_mean_can_be() -> None:
    values = np.array([0.6, 1.0, 1.0])
    free, cut = estimate(values), estimate(values, 0, 1)
    assert free.high > 1 == cut.high
    assert (cut.mean, cut.error, cut.low) == (free.mean, free.error, free.low)
    assert estimate(values - 0.6, 0, 1).low == 0
    assert math.isnan(estimate(values[:1], 0, 1).low), "and there is none of one value"


def test_rewards_that_are_all_the_same_leave_room_for_chance() -> None:
    """Fifty of fifty gives a lower end of .929, and none of ten an upper end of .278, as in
    `score_reach`.
    """
    sure = estimate_of_rewards(np.ones(50))
    assert sure.mean == 1
    assert sure.high == pytest.approx(1)
    assert sure.low == pytest.approx(0.9286, abs=1e-4)
    assert estimate_of_rewards(np.zeros(10)).high == pytest.approx(0.2775, abs=1e-4)


@pytest.mark.parametrize("rate", [0.005, 0.02, 0.05, 0.3])
def test_intervals_of_rewards_with_prices_hold_the_truth(rate: float) -> None:
    """Five actions in turn, one of which never pays; the dearest converts least."""
    rng = np.random.default_rng(20_261_201)
    prices, rates = np.array([0.4, 0.13, 1, 0.2, 0]), rate * np.array([0.9, 1.5, 0.6, 1.3, 0.7])
    shown = np.arange(1000) % 5
    rewards = (rng.random((200, 1000)) < rates[shown]) * prices[shown]
    results, truth = [estimate_of_rewards(row) for row in rewards], float((rates * prices).mean())
    assert np.mean([result.low <= truth <= result.high for result in results]) >= 0.93
    assert all(0 <= result.low <= result.mean < result.high <= 1 for result in results)


def test_rewards_beyond_0_to_1_widen_the_range_of_their_interval() -> None:
    """Of 10 rewards of -1 and 10 of 3, as of 10 of 0 and 10 of 1."""
    wide = estimate_in_observed_range(np.array([-1.0, 3.0] * 10))
    half = estimate_of_rewards(np.array([0.0, 1.0] * 10))
    assert [wide.low, wide.mean, wide.high] == pytest.approx(
        [4 * half.low - 1, 1, 4 * half.high - 1]
    )
    assert estimate_in_observed_range(np.array([0.0, 0.5])) == estimate_of_rewards(
        np.array([0.0, 0.5])
    )


def test_rewards_that_differ_little_are_known_better() -> None:
    """By hand: variance .01 and .0125 for an event more at each end, of 40 events; so 444."""
    result = estimate_of_rewards(np.array([0.4, 0.6] * 20))
    assert [result.low, result.high] == pytest.approx([0.4537, 0.5463], abs=1e-4)


@pytest.mark.parametrize("level", [0.95, 0.995])
@pytest.mark.parametrize(("more", "less"), [(0.01, 0.005), (0.003, 0.003), (0.2, 0.1)])
def test_intervals_of_rare_differences_hold_the_truth(
    more: float, less: float, level: float
) -> None:
    """Differences of paired rewards of .4, of which few differ from 0."""
    rng, truth = np.random.default_rng(2), 0.4 * (more - less)
    draws = 0.4 * rng.choice([1.0, -1.0, 0.0], (500, 300), p=[more, less, 1 - more - less])
    intervals = [estimate_of_differences(differences, level) for differences in draws]
    held = np.mean([result.low <= truth <= result.high for result in intervals])
    assert held >= 1 - 1.4 * (1 - level)
    assert all(result.low < result.mean < result.high for result in intervals)


def test_the_interval_of_many_differences_is_that_of_their_mean() -> None:
    differences = np.random.default_rng(3).integers(-1, 2, 5_000).astype(np.float64)
    wide, usual = estimate_of_differences(differences), estimate(differences)
    assert (wide.low, wide.high) == pytest.approx((usual.low, usual.high), abs=1e-4)
