"""What loops leave untried. The claims of a lesson, on three seeds."""

from functools import cache

import numpy as np
import pytest

from engine.experiments.untried import Tried, crowding, tried
from engine.loop.learning_loop import LearningLoop
from engine.loop.settings import LoopSettings
from engine.policies.base import Policy
from engine.policies.greedy import Greedy
from engine.policies.thompson import Thompson
from engine.steps import finish
from engine.worlds.news import NEWS

three_seeds = pytest.mark.parametrize("seed", [3, 7, 11])


@cache
def after_readers(policy: Policy, seed: int) -> Tried:
    loop = LearningLoop(LoopSettings(policy=policy), seed=seed)
    finish(crowding(loop, NEWS, 800))
    return tried(loop, NEWS)


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
    found = after_readers(Greedy(), 7)
    assert found.shown.sum() == 800
    best = found.shown[np.arange(len(found.best)), found.best]
    assert ((best == 0) == found.never).all()
