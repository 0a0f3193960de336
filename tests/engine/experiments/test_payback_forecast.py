"""Forecasts of a payback against a line whose break-even is known."""

import math

import numpy as np
import pytest

from engine.experiments.payback_forecast import forecast_of_crowds, forecast_of_visitors

POINTS = np.arange(1, 101) * 10
"""A race of 1,000 visitors."""
COST, GAIN = 30.0, 0.02
"""Deficit after 500 visitors, and gain a visitor from then on: even after 2,000."""


def crowds(seed: int, noise: float) -> np.ndarray:
    """Sums of 8 crowds over the baseline; their costs and gains vary by crowd."""
    rng = np.random.default_rng(seed)
    cost, gain = COST + 9 * noise * rng.normal(size=8), GAIN * (1 + noise * rng.normal(size=8))
    after = np.maximum(POINTS - 500, 0)
    return -np.minimum(POINTS / 500, 1) * cost[:, None] + gain[:, None] * after


def test_a_straight_line_is_continued() -> None:
    forecast = forecast_of_crowds(crowds(0, 0.0), POINTS)
    assert forecast is not None
    assert forecast.visitors == pytest.approx(2_000, abs=1)
    assert forecast.gain.mean == pytest.approx(GAIN)
    assert [forecast.low, forecast.high] == pytest.approx([2_000, 2_000], abs=1)


def test_intervals_of_crowds_hold_the_truth_as_often_as_they_say() -> None:
    forecasts = [forecast_of_crowds(crowds(seed, 0.4), POINTS) for seed in range(1, 401)]
    known = [one for one in forecasts if one is not None and one.low is not None and one.high]
    held = [one.low <= 2_000 <= one.high for one in known if one.low is not None and one.high]
    assert len(known) > 300
    assert np.mean(held) >= 0.92


def test_a_gain_that_may_be_none_is_no_forecast() -> None:
    unsure = [forecast_of_crowds(crowds(seed, 3.0), POINTS) for seed in range(20)]
    assert any(one is not None and one.gain.low <= 0 for one in unsure)
    for one in unsure:
        if one is not None and one.gain.low <= 0:
            assert (one.visitors, one.low, one.high) == (None, None, None)


def test_a_deficit_that_may_be_chance_may_be_paid_back_already() -> None:
    """Crowds that are even at visitor 2,000 are cut there; by chance half of them are behind."""
    points = np.arange(1, 201) * 10
    held = list[bool]()
    for seed in range(600):
        rng = np.random.default_rng(seed)
        cost, gain = 30 * (1 + 0.2 * rng.normal(size=8)), 0.02 * (1 + 0.2 * rng.normal(size=8))
        ahead = gain[:, None] * np.maximum(points - 500, 0)
        ahead -= np.minimum(points / 500, 1) * cost[:, None]
        forecast = forecast_of_crowds(ahead, points)
        if forecast is None or forecast.low is None or forecast.high is None:
            continue
        held.append(forecast.low < 2_000 <= forecast.high)
    assert len(held) > 200
    assert np.mean(held) >= 0.92


def test_without_a_deficit_or_a_second_crowd_nothing_is_forecast() -> None:
    assert forecast_of_crowds(-crowds(0, 0.0), POINTS) is None
    assert forecast_of_crowds(crowds(0, 0.0)[:1], POINTS) is None
    assert forecast_of_visitors(np.ones(20)) is None
    assert forecast_of_visitors(-np.ones(3)) is None


def test_intervals_of_one_run_hold_the_visitor_at_which_it_is_even() -> None:
    """Rewards of 0 or 1 on both sides; the run goes on until its sum is 0."""
    held, rng = list[bool](), np.random.default_rng(7)

    def gains_of(rate: float, visitors: int) -> np.ndarray:
        drawn = rng.random((2, visitors)) < np.array([[rate], [0.25]])
        return np.asarray(drawn[0].astype(float) - drawn[1])

    while len(held) < 200:
        first = np.concatenate([gains_of(0.15, 600), gains_of(0.35, 1_400)])
        forecast = forecast_of_visitors(first)
        if forecast is None or forecast.low is None or forecast.high is None:
            continue
        sums = first.sum() + gains_of(0.35, 20_000).cumsum()
        even = 2_001 + int((sums >= 0).argmax())
        held.append(forecast.low <= even <= forecast.high)
    assert np.mean(held) >= 0.9
    assert math.isfinite(np.mean(held))
