"""Stated probabilities match the picture: they follow from samples of the densities drawn."""

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, Thompson
from engine.loop.entries import Ranked
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("world", ["coffee", "news", "shop"])
def test_chances_of_the_textbook_are_those_of_draws_from_the_bells_on_the_screen(
    world: str,
) -> None:
    """Each event's logged means and standard deviations, which the bells are drawn from, beside its
    logged probabilities: by .05 in the median of the largest differences, by .15 at most."""
    textbook = LoopSettings(policy=Thompson(floor=0.0, agreement=1))
    loop = LearningLoop(textbook, seed=7)
    for _ in crowd(loop, WORLDS[world], visitors=400):
        pass
    normals = np.random.default_rng(1).standard_normal((20_000, 50))
    differences = []
    for ranked in (entry for entry in loop.log if isinstance(entry, Ranked)):
        size = len(ranked.means)
        drawn = np.array(ranked.means) + np.array(ranked.sds) * normals[:, :size]
        won = np.bincount(drawn.argmax(axis=1), minlength=size) / len(drawn)
        differences.append(np.abs(won - ranked.probabilities).max())
    assert len(differences) == 400
    assert np.median(differences) <= 0.05
    assert np.max(differences) <= 0.15


@pytest.mark.parametrize("agreement", [1, 4])
@pytest.mark.parametrize("world", WORLDS)
def test_before_any_reward_every_action_has_the_same_chance(world: str, agreement: int) -> None:
    """To the error of so many draws, in every world; the stated error is of each probability."""
    policy = Thompson(draws=65_536, floor=0.0, agreement=agreement)
    loop = LearningLoop(LoopSettings(policy=policy), seed=3)
    place = WORLDS[world]
    ranked = loop.preview(place.actions, place.features(place.contexts[0]))
    chances, errors = np.array(ranked.probabilities), np.array(ranked.errors)
    assert np.all(np.abs(chances - 1 / len(chances)) <= 4 * errors)
