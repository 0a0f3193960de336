"""Evaluations in bins: their sums add up to the estimate of the whole log."""

import pytest

from engine import LearningLoop, LoopSettings, Uniform
from engine.evaluation.binned_evaluation import bin_of, evaluating, merged
from engine.evaluation.estimators.cressie_read import CressieRead
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.target_policies import Baseline
from engine.pausable_steps import finish
from tests.clock import ManualClock
from tests.engine.requests import CONTEXTS, DRINKS


def test_bins_add_up_to_the_estimate_of_the_whole_log() -> None:
    clock = ManualClock()
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=1, clock=clock)
    for number in range(50):
        answer = loop.rank(DRINKS, CONTEXTS[number % 4])
        loop.reward(answer.event_id, float(answer.reward_action_id == DRINKS[0]["id"]))
        clock.advance(minutes=3)
    events = usable(loop)
    result = finish(evaluating(events, loop.settings, 1, {}, False))
    bins = result["results"][1]["bins"]
    assert result["results"][1]["name"] == "Baseline1"
    assert len(bins) == len({bin_of(event.ranked.time) for event in events}) > 10
    (row,) = evaluate([decisions_from(events)], [Baseline()], [CressieRead]).rows()
    whole, summed = row.intervals["cressie_read"], merged(bins).interval()
    assert whole is not None
    assert summed is not None
    assert summed.estimate == pytest.approx(whole.estimate)
    assert summed.low == pytest.approx(whole.low)


def test_a_log_without_usable_events_has_no_results() -> None:
    result = finish(evaluating([], LoopSettings(), 1, {}, True))
    assert result == {"results": [], "settings": {}, "optimalPolicy": None}
