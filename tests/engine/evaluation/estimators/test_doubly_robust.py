"""The doubly robust estimate, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators.doubly_robust import DoublyRobust
from engine.evaluation.target_policies import UniformTarget
from tests.engine.evaluation.estimators.estimator_helpers import interval_of, middle_and_reach
from tests.engine.evaluation.made_logs import made


def test_it_corrects_what_was_believed_by_the_surprises() -> None:
    log = made(200).log
    assert log.means is not None
    believed = log.means[np.arange(200), log.shown]
    values = log.means.mean(axis=1) + (log.reward - believed) / (3 * log.propensity)
    interval = interval_of(DoublyRobust().add(UniformTarget().weigh(log)))
    mean, reach = middle_and_reach(values)
    assert interval.estimate == pytest.approx(mean)
    assert interval.high - mean == pytest.approx(reach, rel=1e-6)


def test_it_needs_what_was_believed_of_every_event() -> None:
    log = made(200).log
    estimator = DoublyRobust().add(UniformTarget().weigh(log))
    unknown = DoublyRobust().add(UniformTarget().weigh(replace(log, means=None)))
    assert unknown.interval() is None
    assert (estimator + unknown).interval() is None
