"""One visitor met again and again. The claims of a lesson, on three seeds."""

import numpy as np
import pytest

from engine.experiments.repeated_offer import RepeatedOffer
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.policies.thompson import Thompson
from engine.simulation.crowd import crowd
from engine.worlds.coffee import COFFEE

CATHY = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}

three_seeds = pytest.mark.parametrize("seed", [3, 7, 11])


def met(seed: int, draws: int) -> RepeatedOffer:
    """Somebody whom a loop meets again and again, after sixty visitors."""
    loop = LearningLoop(LoopSettings(policy=Thompson(agreement=1)), seed=seed)
    for _ in crowd(loop, COFFEE, 60):
        pass
    offer = RepeatedOffer(loop, COFFEE, CATHY)
    offer.draw(draws)
    return offer


@pytest.mark.no_cover
@three_seeds
def test_an_action_is_drawn_as_often_as_its_stated_chance(seed: int) -> None:
    offer = met(seed, 400)
    chances = offer.chances
    error = np.sqrt(chances * (1 - chances) / 400)
    assert (np.abs(offer.shares - chances) <= 4 * error).all()
    assert len(offer.loop.events) == 60  # Nothing was logged.


@three_seeds
def test_chances_follow_from_the_bells_and_a_narrower_one_wins_less(seed: int) -> None:
    offer = met(seed, 1)
    assert np.allclose(offer.chances_by_bells(), offer.chances, atol=1e-3)  # A draw or two.
    second = int(np.argsort(-np.array(offer.offers[0].means))[1])
    assert offer.chances_by_bells(second, 0.5)[second] < offer.chances[second]
