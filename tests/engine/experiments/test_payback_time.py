"""The payback of learning against leads whose break-even is known."""

import math

import numpy as np
import pytest

from engine.arrays import Array
from engine.evaluation.mean_intervals import estimate
from engine.experiments.payback_time import PaybackTime, payback_time

POINTS = np.arange(1, 101) * 10


def leads(gain: float, loss: float, noise: float, crowds: int, seed: int) -> Array:
    """Leads that fall by a loss at the first point and then rise by a gain a point, both with
    normal noise per crowd, (crowds, 100)."""
    rng = np.random.default_rng(seed)
    rises = gain + noise * rng.normal(size=(crowds, len(POINTS)))
    rises[:, 0] -= loss
    return np.asarray(rises.cumsum(axis=1))


def test_a_single_crowd_has_paid_when_its_lead_stays_at_0() -> None:
    points = np.arange(1, 11)
    late = np.array([[-0.2, -0.1, 0, *np.arange(1, 8) / 10]])
    again = np.array([[0.1, -0.2, -0.1, 0, *np.arange(1, 7) / 10]])
    assert payback_time(late, points) == PaybackTime(3, None, None, 1, 1)
    assert payback_time(again, points) == PaybackTime(4, None, None, 1, 1)
    assert payback_time(np.ones((1, 10)), points) == PaybackTime(0, None, None, 1, 1)
    assert payback_time(-np.ones((1, 10)), points) == PaybackTime(None, None, None, 0, 1)


def test_the_interval_ends_where_that_of_the_mean_lead_leaves_0() -> None:
    ahead = leads(0.2, 8.0, 0.4, crowds=5, seed=3)
    result = payback_time(ahead, POINTS)
    assert result.visitors is not None
    assert result.low is not None
    assert result.high is not None
    assert result.low < result.visitors < result.high
    for time, inside in ((result.low, True), (result.low - 10, False), (result.high - 10, True),
                         (result.high, False)):  # fmt: skip
        lead = estimate(ahead[:, time // 10 - 1])
        assert (lead.low <= 0 <= lead.high) == inside, time


def test_a_lead_that_stays_doubtful_has_no_upper_end() -> None:
    ahead = np.array([[-1.0, -0.5, 0.1], [-1.0, -0.6, -0.1], [-1.1, -0.4, 0.2]])
    result = payback_time(ahead, np.array([10, 20, 30]))
    assert (result.visitors, result.low, result.high) == (30, 30, None)
    assert (result.paid, result.crowds) == (2, 3)


@pytest.mark.parametrize("crowds", [5, 10])
def test_the_interval_holds_the_break_even_in_95_of_100_races(crowds: int) -> None:
    loss, gain = 8.0, 0.2
    truth = 10 * math.ceil(loss / gain)
    results = [payback_time(leads(gain, loss, 0.6, crowds, seed), POINTS) for seed in range(400)]
    held = [
        result.low is not None
        and result.low <= truth
        and (result.high is None or truth <= result.high)
        for result in results
    ]
    assert sum(held) >= 0.93 * len(held)
    ends = [r.high - r.low for r in results if r.low is not None and r.high is not None]
    assert np.median(ends) < 500, "an interval that holds all the time would be of no use"
