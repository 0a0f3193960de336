"""The naive average, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators.naive import Naive
from engine.evaluation.mean_intervals import estimate_of_rewards
from engine.evaluation.target_policies import FixedAction, LoggedPolicy
from tests.engine.evaluation.estimators.estimator_helpers import interval_of
from tests.engine.evaluation.made_logs import made


def test_it_is_the_mean_of_what_was_shown() -> None:
    log = made(200).log
    for target, seen in (
        (FixedAction("action1"), log.shown == 1),
        (LoggedPolicy(), log.shown >= 0),
    ):
        interval = interval_of(Naive().add(target.weigh(log)))
        known = estimate_of_rewards(log.reward[seen])
        ends = interval.estimate, interval.low, interval.high
        assert ends == pytest.approx((known.mean, known.low, known.high))
    assert Naive().interval() is None


@pytest.mark.parametrize("rewards", [[0.0] * 40, [0.4, *[0.0] * 39], [1.0] * 40, [0.4, 0.6] * 20])
def test_it_stays_within_what_rewards_can_be(rewards: list[float]) -> None:
    log = replace(made(40).log, reward=np.array(rewards))
    weighed = LoggedPolicy().weigh(log)
    parts = interval_of(Naive().add(weighed))
    assert 0 <= parts.low <= parts.estimate <= parts.high <= 1
    assert parts.width > 0
    lower = replace(log, reward=300 * log.reward - 100)
    money = interval_of(Naive((-100.0, 200.0)).add(LoggedPolicy().weigh(lower)))
    assert [(end + 100) / 300 for end in (money.estimate, money.low, money.high)] == pytest.approx(
        [parts.estimate, parts.low, parts.high]
    )
