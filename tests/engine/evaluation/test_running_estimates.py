"""Estimates along a log, compared with estimates of the log at once."""

from itertools import pairwise

import numpy as np
import pytest

from engine import LearningLoop, LoopSettings
from engine.evaluation.estimators import Ips, Naive
from engine.evaluation.logged_decisions import Decisions, decisions_from, usable
from engine.evaluation.running_estimates import prefix_estimates, restricted, segment_estimates
from engine.evaluation.target_policies import FixedAction, GivenProbabilities
from engine.simulation.simulated_visitors import crowd
from engine.worlds import WORLDS


@pytest.fixture(scope="module")
def log() -> Decisions:
    loop = LearningLoop(LoopSettings(), seed=7)
    for _ in crowd(loop, WORLDS["coffee"], 90):
        pass
    return decisions_from(usable(loop))


def test_at_its_end_a_growing_log_tells_what_all_of_it_does(log: Decisions) -> None:
    latte = FixedAction("Latte")
    results = list(prefix_estimates(log, latte, Ips, points=7))
    whole = Ips().add(latte.weigh(log)).interval()
    assert whole is not None
    last = results[-1].interval
    assert last is not None
    assert (last.estimate, last.width) == pytest.approx((whole.estimate, whole.width))
    assert [one.start for one in results] == [0] * len(results)
    assert results[-1].end == 90
    assert all(one.end < other.end for one, other in pairwise(results))


def test_stretches_are_the_log_in_parts(log: Decisions) -> None:
    chances = np.full(log.offered.shape, 0.25)
    chances[:45] = np.eye(4)[0]
    target = GivenProbabilities("first, then any", chances)
    results = list(segment_estimates(log, target, Naive, parts=4))
    assert [(one.start, one.end) for one in results][-1][1] == 90
    assert all(one.end == other.start for one, other in pairwise(results))
    last = slice(results[-1].start, 90)
    alone = Naive().add(restricted(target, last).weigh(log.take(last))).interval()
    assert results[-1].interval == alone
