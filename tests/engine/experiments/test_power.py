"""The size of an A/B test, and its winner."""

from dataclasses import replace

import numpy as np
import pytest

from engine.experiments.power import ERROR, POWER, TrialSize, reward_variance, trial_size
from engine.experiments.race.contender_players import leaders
from engine.worlds.coffee import COFFEE
from engine.worlds.gallery.hotel import HOTEL
from engine.worlds.taste import Taste
from engine.worlds.world import World
from tests.pages.own_bank import OWN_BANK


@pytest.mark.parametrize("world", [COFFEE, HOTEL, OWN_BANK], ids=lambda world: world.title)
def test_the_variance_is_that_of_simulated_rewards(world: World) -> None:
    rng = np.random.default_rng(7)
    cells = rng.choice(world.size, 200_000, p=world.frequencies)
    rewards = world.rewards(world.outcomes_in(cells), rng.random((len(cells), 1)))
    assert reward_variance(world) == pytest.approx(rewards.var(axis=0).mean(), rel=0.03)


def test_half_the_difference_takes_four_times_the_visitors() -> None:
    assert trial_size(COFFEE, 0.1).visitors == pytest.approx(
        4 * trial_size(COFFEE, 0.2).visitors, 1e-3
    )


def test_a_tenth_of_the_rates_takes_about_ten_times_the_visitors() -> None:
    rare = replace(OWN_BANK, taste=lambda c, i: _tenth(OWN_BANK.taste(c, i)))
    assert trial_size(rare).visitors == pytest.approx(10 * trial_size(OWN_BANK).visitors, rel=0.05)


def _tenth(taste: Taste) -> Taste:
    return replace(taste, full=taste.full / 10)


def simulated(means: list[float], each: int, runs: int) -> list[list[int]]:
    """Leaders of tests of normal rewards with a standard deviation of 1."""
    rng = np.random.default_rng(11)
    rewards = rng.normal(means, 1.0, (runs, each, len(means)))
    counts = np.full(len(means), float(each))
    return [leaders(counts, each_.sum(axis=0), (each_**2).sum(axis=0), ERROR) for each_ in rewards]


def test_equal_items_have_a_winner_in_one_test_of_twenty_at_most() -> None:
    """4,000 tests of four items; the standard error is .0034."""
    won = np.mean([len(left) == 1 for left in simulated([0.0] * 4, 50, 4_000)])
    assert won <= ERROR + 0.01


def test_a_test_of_its_size_finds_the_better_item_as_often_as_stated() -> None:
    """One of two items better by the planned difference; the standard error is .009."""
    each, difference = 200, 0.28  # 2 (1.96 + .84)^2 / .28^2 = 200
    found = np.mean([left == [1] for left in simulated([0.0, difference], each, 2_000)])
    assert found == pytest.approx(POWER, abs=0.03)


def test_an_item_that_was_never_shown_does_not_lead() -> None:
    assert leaders(np.array([5.0, 0, 5]), np.array([1.0, 0, 1]), np.array([1.0, 0, 1]), 0.05) == [
        0,
        2,
    ]


def test_where_nothing_is_earned_a_test_has_the_least_size() -> None:
    barren = replace(OWN_BANK, taste=lambda c, i: Taste(half=0.0, full=0.0))
    assert trial_size(barren) == TrialSize(10, 0.0)
