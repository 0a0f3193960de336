"""Exploration of a loop: the claims of three lessons, each on three seeds."""

from functools import cache

import numpy as np
import pytest

from engine.experiments.exploration_measures import (
    Certainty,
    ExplorationRecord,
    RepeatedOffer,
    certainty_steps,
    exploration_record,
    generalise,
)
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import finish
from engine.policies.base import Policy
from engine.policies.greedy import Greedy
from engine.policies.thompson import Thompson
from engine.simulation.simulated_visitors import crowd, crowd_steps
from engine.worlds.coffee import COFFEE
from engine.worlds.news import NEWS

three_seeds = pytest.mark.parametrize("seed", [3, 7, 11])


# -- actions shown --------------------------------------------------------------------


@cache
def after_readers(policy: Policy, seed: int) -> ExplorationRecord:
    loop = LearningLoop(LoopSettings(policy=policy), seed=seed)
    finish(crowd_steps(loop, NEWS, 800))
    return exploration_record(loop, NEWS)


@three_seeds
def test_greedy_never_shows_many_of_the_best_and_believes_too_little_of_them(seed: int) -> None:
    greedy, ours = after_readers(Greedy(), seed), after_readers(Thompson(agreement=1), seed)
    assert greedy.never.sum() > 2 * ours.never.sum()
    assert greedy.items < ours.items
    assert greedy.error < -0.3
    believed, true = greedy.missed
    assert 0 <= believed < true <= 1
    assert greedy.error == believed - true


def test_what_was_shown_is_counted_in_its_context() -> None:
    result = after_readers(Greedy(), 7)
    assert result.shown.sum() == 800
    best = result.shown[np.arange(len(result.best)), result.best]
    assert ((best == 0) == result.never).all()


# -- certainty ------------------------------------------------------------------------


@cache
def growing(seed: int, floor: float) -> list[Certainty]:
    results: list[Certainty] = []
    finish(certainty_steps(COFFEE, seed, (20, 300, 500), floor, results))
    return results


@three_seeds
def test_it_becomes_surer_and_a_floor_keeps_it_from_being_sure(seed: int) -> None:
    usual = growing(seed, 0.05)
    means = [one.mean for one in usual]
    assert means == sorted(means)
    assert usual[-1].highest.max() <= 1 - 0.05 / 2 + 0.05 / 8 + 1e-12
    assert usual[-1].impossible == 0
    assert growing(seed, 0.0)[-1].impossible > 0.5


# -- generalisation -------------------------------------------------------------------


@three_seeds
def test_who_was_never_seen_is_expected_to_give_more_the_more_they_share(seed: int) -> None:
    result = generalise(NEWS, seed)
    own = np.arange(len(NEWS.items)) == result.item
    same = [result.after_for(shared, own) for shared in (0, 1, 2, 3)]
    others = [result.after_for(shared, ~own) for shared in (0, 1, 2, 3)]
    assert same == sorted(same)
    assert same[3] - same[0] > 0.05
    assert all(one > other > result.before.max() for one, other in zip(same, others, strict=True))
    assert np.ptp(result.before) < 1e-9


# -- repeated draws -------------------------------------------------------------------


CATHY = {"name": "Cathy", "weather": "Sunny", "timeofday": "Morning"}


def met(seed: int, draws: int) -> RepeatedOffer:
    """A visitor who returns repeatedly, after sixty other visitors."""
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
    assert len(offer.loop.events) == 60  # No event was logged.


@three_seeds
def test_chances_follow_from_the_bells_and_a_narrower_one_wins_less(seed: int) -> None:
    offer = met(seed, 1)
    assert np.allclose(offer.chances_by_bells(), offer.chances, atol=1e-3)  # A draw or two.
    second = int(np.argsort(-np.array(offer.offers[0].means))[1])
    assert offer.chances_by_bells(second, 0.5)[second] < offer.chances[second]
