"""An A/B test, and the contexts its winner is best in: the claims of a lesson on three seeds."""

import numpy as np
import pytest

from engine.experiments.ab_test import ab_test, right_for
from engine.experiments.race.contenders import line_up
from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import GALLERY, WORLDS

COFFEE = WORLDS["coffee"]
CATHY = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}
three_seeds = pytest.mark.parametrize("seed", [3, 7, 11])


@three_seeds
def test_the_winner_is_right_for_few_whoever_it_is(seed: int) -> None:
    winner = ab_test(COFFEE, seed, 200).winner
    everywhere = right_for(COFFEE, winner, range(COFFEE.size))
    cathy = right_for(COFFEE, winner, COFFEE.through(CATHY, "weather", "timeofday"))
    assert everywhere.mean() < 0.4
    assert 0 < cathy.sum() < 5


@three_seeds
def test_it_is_the_test_that_races(seed: int) -> None:
    result, crowd = ab_test(COFFEE, seed, 200), potential_outcomes(COFFEE, 201, seed, "none")
    player = line_up(COFFEE)["ab"].enter(COFFEE, seed)
    for number, cell in enumerate(crowd.cells.tolist()):
        choice = player.choose(number, cell)
        player.learn(cell, choice, crowd.rewards[number, choice.position])
    assert choice.position == result.winner
    assert result.shown.sum() == 200
    assert result.means == pytest.approx(np.full(4, 0.25), abs=0.2)


def test_it_is_right_for_everybody_where_all_are_alike() -> None:
    world = GALLERY["vending"].world
    best = int(world.expected[0].argmax())
    assert right_for(world, best, range(world.size)).all()
