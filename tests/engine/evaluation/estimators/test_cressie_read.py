"""Cressie-Read, against the library of the method's authors."""

import math
from dataclasses import replace

import pytest

from engine.evaluation.estimators.cressie_read import CressieRead, CressieReadMended
from engine.evaluation.mean_intervals import student
from engine.evaluation.target_policies import FixedAction, Target
from tests.engine.evaluation.estimators.estimator_helpers import TARGETS, ends, interval_of, tell
from tests.engine.evaluation.made_logs import made


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.key)
@pytest.mark.parametrize("events", [2, 3, 40, 500])
@pytest.mark.parametrize("bounded", [True, False])
def test_point_and_interval_equal_the_published_library(
    target: Target, events: int, bounded: bool
) -> None:
    from estimators.bandits import cressieread  # noqa: PLC0415 # With all of SciPy's statistics.

    log = made(events, seed=events).log
    weighed = target.weigh(log if bounded else replace(log, probabilities=None))
    ours = CressieRead().add(weighed)
    highest = ours.highest if ours.highest > 1 else math.inf
    point = cressieread.Estimator(wmin=0, wmax=highest)
    interval = cressieread.Interval(wmin=0, wmax=highest, rmin=0, rmax=1)
    tell(weighed, point, interval)
    assert interval_of(ours).estimate == pytest.approx(point.get(), abs=1e-9)
    for level in (0.95, 0.8):
        assert ends(interval_of(ours, level)) == pytest.approx(interval.get(1 - level), abs=1e-6)


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.key)
def test_mended_it_is_the_same_with_the_events_that_count(target: Target) -> None:
    weighed = target.weigh(made(300, seed=3).log)
    books, mended = CressieRead().add(weighed), CressieReadMended().add(weighed)
    one, other = interval_of(books), interval_of(mended)
    assert other.estimate == one.estimate
    assert other.low <= one.low
    assert other.high >= one.high
    effective = weighed.weight.sum() ** 2 / (weighed.weight**2).sum()
    level = 1 - _beyond(student(int(effective) - 1), 300)
    assert ends(other) == pytest.approx(ends(interval_of(books, level)), abs=1e-5)


def _beyond(reach: float, freedom: int) -> float:
    """Return the quantile of Student's t by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student(freedom, 1 - middle) > reach else (low, middle)
    return low


def test_the_largest_possible_weight_is_read_off_the_log() -> None:
    log = made(100).log
    assert log.probabilities is not None
    estimator = CressieRead().add(FixedAction("action1").weigh(log))
    assert estimator.highest == pytest.approx((1 / log.probabilities[:, 1]).max())
    unknown = replace(log, probabilities=None)
    assert CressieRead().add(FixedAction("action1").weigh(unknown)).highest == math.inf


def test_no_reward_above_what_an_action_pays_is_imagined() -> None:
    """Without the probability of every action, the imaginary event has any weight."""
    target, log = FixedAction("action1"), replace(made(300).log, probabilities=None)
    cheap = replace(log, reward=0.1 * log.reward).limited(
        {"action0": 1.0, "action1": 0.1, "action2": 1.0}
    )
    whole, part = (interval_of(CressieRead().add(target.weigh(each))) for each in (log, cheap))
    assert ends(part) == pytest.approx([0.1 * end for end in ends(whole)])
