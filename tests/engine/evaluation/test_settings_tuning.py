"""Optimisation: half a log selects, the other half judges; only improvements may be applied."""

from dataclasses import replace

import pytest

from engine import Hypothesis, LearningLoop, LoopSettings, PersonalizerError, Thompson, Uniform
from engine.evaluation.estimators import Interval
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.settings_tuning import (
    Candidate,
    CandidateResult,
    Optimisation,
    candidates_for,
    optimising,
)
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.worlds import GALLERY
from engine.worlds.coffee import COFFEE
from tests.clock import ManualClock

SETTINGS = LoopSettings()
NOBODY = Candidate("nobody", SETTINGS, {})


def test_candidates_can_be_applied_and_differ_from_the_present_settings() -> None:
    loop = LearningLoop(SETTINGS, clock=ManualClock())
    tried = candidates_for(SETTINGS)
    keys = [candidate.key for candidate in tried]
    assert len(set(keys)) == len(keys)
    assert SETTINGS not in [candidate.settings for candidate in tried]
    for candidate in tried:
        loop.configure(**candidate.changes)
        assert loop.settings == replace(SETTINGS, **candidate.changes) == candidate.settings
        loop.configure(**{name: getattr(SETTINGS, name) for name in candidate.changes})
    classic = candidates_for(LoopSettings.classic())
    assert "crosses 4" in [candidate.key for candidate in classic]


@pytest.mark.no_cover
def test_a_loop_that_shows_anything_may_learn_to_do_better() -> None:
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=2, clock=ManualClock())
    list(crowd(loop, COFFEE, 300))
    wanted = {"crosses 3", "crosses 0"}
    result = finish(optimising(loop, [c for c in candidates_for(loop.settings) if c.key in wanted]))
    assert [one.candidate.key for one in result.tried] == ["crosses 3", "crosses 0"]
    assert result.best.chosen.estimate > result.tried[1].chosen.estimate
    assert result.best.judged.low > result.online.high
    assert result.may_apply
    second = decisions_from(usable(loop)).take(slice(150, None))
    assert result.online.estimate == pytest.approx(second.reward.mean())


def test_where_rewards_are_rare_nothing_may_be_applied_on_no_evidence() -> None:
    """Two of 100 visitors earned a reward; the selected candidate may earn less or more."""
    settings = LoopSettings(hypotheses=(Hypothesis(),), may_change=False)
    loop = LearningLoop(settings, seed=12, clock=ManualClock())
    list(crowd(loop, GALLERY["banner"].world, 200))
    result = finish(optimising(loop, candidates_for(settings)[:1]))
    assert result.online.estimate == pytest.approx(0.02)
    assert result.best.judged.estimate > result.online.estimate
    assert 0 <= result.best.judged.low < result.online.low
    assert not result.may_apply
    # Wilson's, of two in a hundred, by R's prop.test.
    assert [result.online.low, result.online.high] == pytest.approx([0.0055, 0.0700], abs=1e-4)


@pytest.mark.parametrize(
    ("judged", "may"),
    [
        (Interval(0.6, 0.5, 0.7), True),
        (Interval(0.6, 0.3, 0.9), False),
        (Interval(0.5, 0.45, 0.7), False),
    ],
)
def test_mean_and_lower_bound_must_both_beat_the_loop(judged: Interval, may: bool) -> None:
    online, lucky = Interval(0.5, 0.4, 0.6), Interval(0.9, 0.8, 1.0)
    assert Optimisation(online, (CandidateResult(NOBODY, lucky, judged),)).may_apply is may


def test_too_few_events_are_refused() -> None:
    with pytest.raises(PersonalizerError, match="0 answered events, but 60 are needed"):
        optimising(LearningLoop(LoopSettings(policy=Thompson()), clock=ManualClock()))
