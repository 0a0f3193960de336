"""Target policies out of a loop's own events: replayed progressively, or as they are now."""

from functools import cache

import numpy as np
import pytest

from engine import EpsilonGreedy, LearningLoop, LoopSettings
from engine.evaluation.candidates import frozen, greedy, replaying
from engine.evaluation.decisions import decisions_from, usable
from engine.simulation.crowd import crowd
from engine.steps import finish
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock


@cache
def loop() -> LearningLoop:
    made = LearningLoop(LoopSettings(), seed=3, clock=ManualClock())
    list(crowd(made, COFFEE, 60))
    made.rank(COFFEE.actions, [{"new": True}], ["Cappucino"], "excluding")
    made.reward("excluding", 1.0)
    return made


def test_the_same_settings_replayed_would_have_done_the_same() -> None:
    events = usable(loop())
    again = finish(replaying(events, loop().settings, "again", seed=loop().seed))
    assert again.chances == pytest.approx(decisions_from(events).probabilities, abs=1e-9)
    assert again.weigh(decisions_from(events)).weight == pytest.approx(np.ones(61))


def test_a_learner_says_what_it_would_do_before_it_learns() -> None:
    events = usable(loop())
    settings = LoopSettings.classic(policy=EpsilonGreedy(epsilon=0.2))
    chances = finish(replaying(events, settings, "classic")).chances
    assert chances[0] == pytest.approx(np.full(4, 0.25))
    assert chances.sum(axis=1) == pytest.approx(np.ones(61))
    assert chances[-1, 0] == 0
    assert set(chances[5:-1].round(3).ravel()) <= {0.05, 0.85}


def test_the_present_policy_and_its_best_guess() -> None:
    events = usable(loop())
    now = finish(frozen(events, loop(), "now"))
    best = finish(greedy(events, loop()))
    request = events[4].ranked.request
    assert now.chances[4] == pytest.approx(loop().probabilities(request))
    assert best.chances[4].argmax() == loop().learner.belief(request).mean.argmax()
    assert set(np.unique(best.chances[:, 1:])) <= {0.0, 1.0}
