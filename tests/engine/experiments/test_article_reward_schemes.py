"""Reward schemes: the claims of a lesson on three seeds."""

from functools import cache
from statistics import mean

import pytest

from engine.experiments.article_reward_schemes import (
    REWARD_SCHEMES,
    ReadingShares,
    crowd_by_scheme,
    reading_shares,
)
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE
from engine.worlds.news import NEWS

SEEDS, TAUGHT = (3, 7, 11), 3
"""Seeds of readers, and the seed of the lesson."""


@cache
def reading_of(key: str, seed: int) -> ReadingShares:
    loop = LearningLoop(LoopSettings(), seed=seed)
    finish(crowd_by_scheme(loop, NEWS, REWARD_SCHEMES[key], 1_000))  # As the lesson does.
    return reading_shares(loop, NEWS)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "seeds",
    [pytest.param((TAUGHT,), id="the lesson's readers"), pytest.param(SEEDS, id="three crowds")],
)
def test_paid_for_clicks_more_is_opened_and_less_is_read(seeds: tuple[int, ...]) -> None:
    """On average: with so few readers, the preferred article depends on chance, too. Of seeds 0 to
    11, *less is read* is missed by the required margin in four, and the mean is .054 less; with six
    hypotheses in six, and .029. The lesson uses the seeds closest to the average.
    """
    opened = {key: mean(reading_of(key, seed).opened for seed in seeds) for key in REWARD_SCHEMES}
    finished = {
        key: mean(reading_of(key, seed).finished for seed in seeds) for key in REWARD_SCHEMES
    }
    assert opened["clicks"] > opened["both"] + 0.02
    assert finished["clicks"] < finished["both"] - 0.02
    assert opened["finished"] < opened["both"] - 0.02


def test_a_loop_gets_only_the_paid_rewards() -> None:
    loops = {key: LearningLoop(LoopSettings(), seed=2) for key in REWARD_SCHEMES}
    for key, loop in loops.items():
        finish(crowd_by_scheme(loop, COFFEE, REWARD_SCHEMES[key], 12))
    earned = {key: [e.earned for e in loop.events.values()] for key, loop in loops.items()}
    assert set(earned["clicks"]) | set(earned["finished"]) <= {0.0, 1.0}
    shares = reading_shares(loops["both"], COFFEE)
    assert 0 < shares.finished <= shares.opened < 1
