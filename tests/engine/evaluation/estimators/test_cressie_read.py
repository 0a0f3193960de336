"""Cressie-Read, against the library of the method's authors."""

import math
import operator
from dataclasses import replace
from functools import reduce

import numpy as np
import pytest

from engine.evaluation.estimators.cressie_read import CressieRead, CressieReadMended
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.mean_intervals import student
from engine.evaluation.target_policies import FixedAction, LoggedPolicy, Target
from tests.engine.evaluation.estimators.estimator_helpers import TARGETS, ends, interval_of, tell
from tests.engine.evaluation.made_logs import made

HALVES = slice(50), slice(50, None)


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
    shown = replace(log, probabilities=None)
    least = 1 / log.propensity.min()
    whole = CressieRead().add(FixedAction("action1").weigh(shown))
    assert whole.highest == pytest.approx(least)
    halves = (CressieRead().add(FixedAction("action1").weigh(shown.take(part))) for part in HALVES)
    assert reduce(operator.add, halves).highest == pytest.approx(least)
    assert CressieRead().add(LoggedPolicy().weigh(shown)).highest == 1


def test_an_action_that_never_paid_may_pay_by_its_weight_and_amount() -> None:
    """A rule with random offers logs the shown action's probability, .1 or .6: an action that
    never paid may earn up to the rule of three for events of the largest weight, 10."""
    rng, events = np.random.default_rng(41), 20_000
    context, shown = rng.integers(5, size=(2, events))
    random = rng.random(events) < 0.5
    shown = np.where(random, shown, context)
    paid = (shown != 4) & (rng.random(events) < 0.03)
    log = Decisions(
        actions=tuple("abcde"),
        contexts=tuple("vwxyz"),
        context_index=context,
        shown=shown,
        propensity=np.where(shown == context, 0.6, 0.1),
        reward=np.array([120.0, 40.0, 300.0, 60.0, 0.0])[shown] * paid,
        offered=np.ones((events, 5), dtype=bool),
        baseline=np.zeros(events, dtype=np.intp),
    )
    never, often = (
        interval_of(CressieReadMended((0.0, 300.0)).add(FixedAction(action).weigh(log)))
        for action in "ec"
    )
    assert never.low == 0
    assert never.high < 3.1 * 10 * 300 / events
    weight = FixedAction("c").weigh(log).weight
    error = math.sqrt(float(np.square(weight * (log.reward - often.estimate)).sum())) / events
    assert often.estimate + 1.9 * error < often.high < often.estimate + 2.3 * error


def test_no_reward_above_what_an_action_pays_is_imagined() -> None:
    target, log = FixedAction("action1"), replace(made(300).log, probabilities=None)
    cheap = replace(log, reward=0.1 * log.reward).limited(
        {"action0": 1.0, "action1": 0.1, "action2": 1.0}
    )
    whole, part = (interval_of(CressieRead().add(target.weigh(each))) for each in (log, cheap))
    assert ends(part) == pytest.approx([0.1 * end for end in ends(whole)])
