"""The naive average, by hand."""

import pytest

from engine.evaluation.estimators.naive import Naive
from engine.evaluation.target_policies import FixedAction, LoggedPolicy
from tests.engine.evaluation.estimators.estimator_helpers import interval_of, middle_and_reach
from tests.engine.evaluation.made_logs import made


def test_it_is_the_mean_of_what_was_shown() -> None:
    log = made(200).log
    for target, seen in (
        (FixedAction("action1"), log.shown == 1),
        (LoggedPolicy(), log.shown >= 0),
    ):
        interval = interval_of(Naive().add(target.weigh(log)))
        mean, reach = middle_and_reach(log.reward[seen])
        assert interval.estimate == pytest.approx(mean)
        assert interval.high - mean == pytest.approx(reach, rel=1e-6)
