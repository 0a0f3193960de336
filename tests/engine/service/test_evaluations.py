"""Evaluations in bins: their sums add up to the estimate of the whole log."""

import pytest

from engine import LearningLoop, LoopSettings, Uniform
from engine.evaluation.estimators.cressie_read import CressieRead
from engine.evaluation.logged_decisions import decisions_from, usable
from engine.evaluation.offline_evaluation import evaluate
from engine.evaluation.target_policies import Baseline
from engine.service.evaluations import _bin_of, _merged, evaluating
from engine.steps import finish
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
    found = finish(evaluating(loop, events, [], False))
    bins = found["results"][1]["bins"]
    assert found["results"][1]["name"] == "Baseline1"
    assert len(bins) == len({_bin_of(event.ranked.time) for event in events}) > 10
    (row,) = evaluate([decisions_from(events)], [Baseline()], [CressieRead]).rows()
    whole, merged = row.intervals["cressie_read"], _merged(bins).interval()
    assert whole is not None
    assert merged is not None
    assert merged.estimate == pytest.approx(whole.estimate)
    assert merged.low == pytest.approx(whole.low)
