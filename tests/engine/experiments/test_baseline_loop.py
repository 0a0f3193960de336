"""The lazily learning baseline loop, compared with an ordinary loop."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings, PersonalizerError
from engine.experiments.baseline_loop import LazyBaselineLoop
from engine.loop.entries import Ranked
from engine.simulation.simulated_visitors import answer, nth_visitor
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock
from tests.engine.requests import DRINKS

OFFER: dict[str, Any] = {"actions": DRINKS, "context_features": [{"hour": 9}]}
SETTINGS = LoopSettings(reward_aggregation="sum")


def walked(loop: LearningLoop, visitors: int = 12) -> LearningLoop:
    for number in range(visitors):
        visitor = nth_visitor(COFFEE, 3, number)
        answer(loop, COFFEE.request(COFFEE.cell(visitor.context), "Latte"), COFFEE, visitor)
    return loop


def plain() -> LearningLoop:
    settings = replace(SETTINGS, learning_mode="logging_only")
    return walked(LearningLoop(settings, seed=4, clock=ManualClock()))


def test_it_logs_what_a_loop_that_learns_would_but_for_what_that_believes() -> None:
    unasked = walked(LazyBaselineLoop(LoopSettings(), seed=4, clock=ManualClock()))
    for mine, theirs in zip(unasked.log, plain().log, strict=True):
        if isinstance(mine, Ranked) and isinstance(theirs, Ranked):
            assert mine.means == pytest.approx((0.5,) * len(COFFEE.items))
            assert len(set(np.round(mine.sds, 9))) == 1
            assert replace(mine, means=theirs.means, sds=theirs.sds) == theirs
        else:
            assert mine == theirs
    assert unasked.log.position == len(unasked.log) == 25


def test_the_learner_includes_all_rewards_when_requested() -> None:
    unasked = walked(LazyBaselineLoop(LoopSettings(), seed=4, clock=ManualClock()))
    cell, learner = COFFEE.request(3), plain().learner
    assert unasked.learner.learned == learner.learned == 12
    assert unasked.learner.belief(cell).mean.tolist() == learner.belief(cell).mean.tolist()


def test_one_that_is_resumed_goes_on_as_if_it_had_never_been_away() -> None:
    settings = LoopSettings(default_reward=0.25)
    unasked = walked(LazyBaselineLoop(settings, seed=4, clock=ManualClock()))
    again = LazyBaselineLoop.resume(unasked.log, seed=4, clock=ManualClock())
    assert again.settings == unasked.settings
    ranked, as_before = (one.preview(**OFFER) for one in (again, unasked))
    assert ranked == as_before
    assert ranked.means == pytest.approx((0.5,) * 3)


def test_its_settings_stay() -> None:
    loop = LazyBaselineLoop(LoopSettings(), seed=4, clock=ManualClock())
    with pytest.raises(PersonalizerError, match="settings"):
        loop.configure(learning_mode="online")
