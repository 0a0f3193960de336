"""Running sums, and the interval of a mean."""

import math

import numpy as np
import pytest

from engine.evaluation.estimators.importance_sums import normal_interval
from engine.evaluation.estimators.ips import Ips
from engine.evaluation.target_policies import FixedAction
from tests.engine.evaluation.estimators.estimator_helpers import middle_and_reach
from tests.engine.evaluation.made_logs import made


def test_sums_are_those_of_their_names() -> None:
    weighed = FixedAction("action0").weigh(made(50).log)
    w, r = weighed.weight, weighed.decisions.reward
    sums = Ips().add(weighed)
    assert (sums.events, sums.r) == (50, r.sum())
    assert [sums.w, sums.ww, sums.wr, sums.wwr, sums.wwrr] == pytest.approx(
        [w.sum(), (w * w).sum(), (w * r).sum(), (w * w * r).sum(), (w * r * w * r).sum()]
    )


def test_the_interval_of_a_mean_is_the_normal_one() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0])
    interval = normal_interval(4, values.sum(), (values**2).sum(), 0.95)
    assert interval is not None
    mean, reach = middle_and_reach(values)
    assert [interval.estimate, interval.high] == pytest.approx([mean, mean + reach], rel=1e-6)


def test_one_value_says_nothing_of_its_error_and_none_says_nothing() -> None:
    alone = normal_interval(1, 3.0, 9.0, 0.95)
    assert alone is not None
    assert (alone.estimate, alone.width) == (3.0, math.inf)
    assert normal_interval(0, 0.0, 0.0, 0.95) is None
