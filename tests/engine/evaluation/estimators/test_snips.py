"""Self-normalised scores: the published library, and the delta method by hand."""

import math

import pytest
from estimators.bandits import snips

from engine.evaluation.estimators.snips import Snips
from engine.evaluation.target_policies import Target
from tests.engine.evaluation.estimators.estimator_helpers import TARGETS, interval_of, tell
from tests.engine.evaluation.made_logs import made


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.key)
def test_the_estimate_equals_the_published_library(target: Target) -> None:
    weighed = target.weigh(made(300).log)
    theirs = snips.Estimator()
    tell(weighed, theirs)
    interval = interval_of(Snips().add(weighed))
    assert interval.estimate == pytest.approx(theirs.get(), abs=1e-9)
    w, r = weighed.weight, weighed.decisions.reward
    error = math.sqrt((w**2 * (r - interval.estimate) ** 2).sum()) / w.sum()
    assert interval.high - interval.estimate == pytest.approx(1.959964 * error, rel=1e-6)
