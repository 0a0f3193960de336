"""Properties of every estimator: parts merge into the whole, and no events give no estimate."""

from dataclasses import replace

import pytest

from engine.evaluation.estimators import ESTIMATORS, Estimator, Interval
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.target_policies import Target
from tests.engine.evaluation.estimators.estimator_helpers import TARGETS, interval_of
from tests.engine.evaluation.made_logs import made

each = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: e.key)


def renamed(log: Decisions) -> Decisions:
    """Return the same log with actions and contexts numbered in reverse order."""
    k, contexts = len(log.actions), len(log.contexts)
    assert log.probabilities is not None
    assert log.means is not None
    return replace(
        log,
        actions=log.actions[::-1],
        contexts=log.contexts[::-1],
        context_index=contexts - 1 - log.context_index,
        shown=k - 1 - log.shown,
        baseline=k - 1 - log.baseline,
        offered=log.offered[:, ::-1],
        probabilities=log.probabilities[:, ::-1],
        means=log.means[:, ::-1],
    )


@each
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.key)
def test_parts_of_a_log_merge_into_the_whole(estimator: type[Estimator], target: Target) -> None:
    log = made(300, seed=7).log
    whole = interval_of(estimator().add(target.weigh(log)))
    cuts = (slice(90), slice(90, 180), slice(180, 290), slice(290, None))
    first, second, third, rest = (estimator().add(target.weigh(log.take(cut))) for cut in cuts)
    other_codes = estimator().add(target.weigh(renamed(log.take(cuts[1]))))
    one_after_the_other = estimator()
    for cut in cuts:
        one_after_the_other = one_after_the_other.add(target.weigh(log.take(cut)))
    for merged in (
        first + second + third + rest,
        rest + (third + (first + other_codes)),
        one_after_the_other,
    ):
        interval = interval_of(merged)
        assert (interval.estimate, interval.low, interval.high) == pytest.approx(
            (whole.estimate, whole.low, whole.high), abs=1e-8
        )


@each
def test_without_events_there_is_no_answer(estimator: type[Estimator]) -> None:
    assert estimator().interval() is None


@each
def test_a_higher_level_is_wider(estimator: type[Estimator]) -> None:
    updated = estimator().add(TARGETS[3].weigh(made(300).log))
    assert (
        interval_of(updated, 0.5).width
        < interval_of(updated).width
        < interval_of(updated, 0.999).width
    )


@each
def test_rewards_may_lie_in_any_bounds(estimator: type[Estimator]) -> None:
    """Rewards of 0 to 2 instead of 0 to 1 are worth twice as much."""
    log = made(300).log
    assert log.means is not None
    doubled = replace(log, reward=2 * log.reward, means=2 * log.means)
    one = interval_of(estimator().add(TARGETS[3].weigh(log)))
    two = interval_of(estimator((0.0, 2.0)).add(TARGETS[3].weigh(doubled)))
    assert [two.estimate, two.low, two.high] == pytest.approx(
        [2 * one.estimate, 2 * one.low, 2 * one.high], abs=1e-6
    )


def test_an_interval_holds_its_ends() -> None:
    result = Interval(0.5, 0.25, 1.0)
    assert result.width == 0.75
    assert result.holds(0.25)
    assert result.holds(1.0)
    assert not result.holds(0.2)
    assert not result.holds(1.1)
