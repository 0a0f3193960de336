"""What estimators are told in their tests, and what they answer."""

import math
from typing import Any

from engine.evaluation.estimators import Estimator, Interval, Weighed
from engine.evaluation.targets import Baseline, Even, Fixed, Online, Target

TARGETS: tuple[Target, ...] = (Online(), Baseline(), Even(), Fixed("action1"))


def answer(one: Estimator, level: float = 0.95) -> Interval:
    """Its interval, which it has."""
    found = one.interval(level)
    assert found is not None
    return found


def tell(weighed: Weighed, *theirs: Any) -> None:
    """Tell estimators of the vw-estimators library the same, event by event."""
    pairs = zip(weighed.weight.tolist(), weighed.decisions.reward.tolist(), strict=True)
    for weight, reward in pairs:
        for other in theirs:
            other.add_example(1.0, reward, weight)


def ends(found: Interval) -> list[float]:
    return [found.low, found.high]


def middle_and_reach(values: Any) -> tuple[float, float]:
    """Mean of some values, and 1.959964 of its standard errors."""
    return float(values.mean()), 1.959964 * float(values.std(ddof=1)) / math.sqrt(len(values))
