"""Helpers to update estimators and to read intervals."""

import math
from typing import Any

from engine.evaluation.estimators import Estimator, Interval, WeightedDecisions
from engine.evaluation.target_policies import (
    Baseline,
    FixedAction,
    LoggedPolicy,
    Target,
    UniformTarget,
)

TARGETS: tuple[Target, ...] = (LoggedPolicy(), Baseline(), UniformTarget(), FixedAction("action1"))


def interval_of(one: Estimator, level: float = 0.95) -> Interval:
    """Return the estimator's interval; fail if there is none."""
    interval = one.interval(level)
    assert interval is not None
    return interval


def tell(weighed: WeightedDecisions, *theirs: Any) -> None:
    """Feed the same events to estimators of the vw-estimators library."""
    pairs = zip(weighed.weight.tolist(), weighed.decisions.reward.tolist(), strict=True)
    for weight, reward in pairs:
        for other in theirs:
            other.add_example(1.0, reward, weight)


def ends(result: Interval) -> list[float]:
    return [result.low, result.high]


def middle_and_reach(values: Any) -> tuple[float, float]:
    """Mean of the values, and 1.959964 standard errors of the mean."""
    return float(values.mean()), 1.959964 * float(values.std(ddof=1)) / math.sqrt(len(values))
