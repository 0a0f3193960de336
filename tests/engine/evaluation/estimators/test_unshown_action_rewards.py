"""Mean reward of unshown actions, with its uncertainty and its effect on target policies."""

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.estimators import Stratified
from engine.evaluation.estimators.mergeable_sums import SumTable
from engine.evaluation.estimators.unshown_action_rewards import (
    CounterfactualRewards,
    Selection,
    unreached,
)
from engine.evaluation.target_policies import (
    FixedAction,
    GivenProbabilities,
    LoggedPolicy,
    Target,
    UniformTarget,
)
from tests.engine.evaluation.estimators.estimator_helpers import interval_of
from tests.engine.evaluation.made_logs import made

LOG = made(200).log


def unshown_of(*parts: slice) -> CounterfactualRewards:
    result = CounterfactualRewards()
    for part in parts:
        log = LOG.take(np.arange(200)[part])
        result = result.add(UniformTarget().weigh(log), log.reward)
    return result


def test_an_event_stands_for_as_many_others_as_its_chance_leaves() -> None:
    g = 1 / LOG.propensity - 1
    mean, events = unshown_of(slice(200)).common(0)
    effective = g.sum() ** 2 / (g**2).sum()
    assert events == pytest.approx(effective + 0.5)
    assert mean == pytest.approx(
        ((g @ LOG.reward) / g.sum() * effective + 0.25) / (effective + 0.5)
    )
    assert unshown_of(slice(200)).common(1) == pytest.approx((1 - mean, events))


def test_two_parts_of_a_log_are_the_whole() -> None:
    whole = unshown_of(slice(200)).sums
    assert unshown_of(slice(60), slice(60, None)).sums == pytest.approx(whole)
    assert (unshown_of(slice(60)) + unshown_of(slice(60, None))).sums == pytest.approx(whole)


def test_where_all_was_shown_half_is_believed_and_all_is_in_doubt() -> None:
    sure = replace(LOG, propensity=np.ones(200), probabilities=None)
    result = CounterfactualRewards().add(LoggedPolicy().weigh(sure), sure.reward)
    assert result.common(0) == (0.5, 0.5)
    mean, down, up, _ = result.imagined(0, 25.0, 1.0, 1.96, 1.0)
    assert mean == down == 0.5
    assert up >= 0.5


def test_chances_that_rounding_lifts_above_one_leave_nothing_out() -> None:
    """Otherwise a negative weight would make the mean of unshown actions arbitrary."""
    q = np.where(np.arange(200) % 2, 1 - 1e-9, 1 + 1e-9)
    log = replace(LOG, propensity=q, probabilities=None)
    for target in (UniformTarget(), LoggedPolicy()):
        mean, events = CounterfactualRewards().add(target.weigh(log), log.reward).common(0)
        assert 0 < mean < 1
        assert events == pytest.approx(100.5)


VARIED = made(400, contexts=6).log
PICKS = GivenProbabilities("picks", np.eye(3)[VARIED.context_index % 3])


@pytest.mark.parametrize(
    "target", [UniformTarget(), FixedAction("action1")], ids=lambda one: one.key
)
def test_a_context_free_policy_has_no_picks(target: Target) -> None:
    assert Selection().add(target.weigh(VARIED)).share == pytest.approx(0.0, abs=1e-12)


def test_a_policy_with_each_action_in_a_third_of_contexts_picks() -> None:
    """The mean of pi is about a third, and so is its mean square: 1 - 1/9 / (1/3)."""
    assert Selection().add(PICKS.weigh(VARIED)).share == pytest.approx(2 / 3, abs=0.05)


def test_the_best_of_three_normal_numbers_is_85_hundredths_above_their_mean() -> None:
    selection = Selection().add(PICKS.weigh(VARIED))
    assert selection.advantage(len(VARIED)) == pytest.approx(0.846, abs=0.03)


def test_parts_add_up() -> None:
    whole = Selection().add(PICKS.weigh(VARIED))
    parts = [
        Selection().add(GivenProbabilities("picks", PICKS.chances[part]).weigh(VARIED.take(part)))
        for part in (slice(150), slice(150, None))
    ]
    assert (parts[0] + parts[1]).share == pytest.approx(whole.share)
    assert Selection().share == 0


def test_what_is_expected_once_at_most_counts_from_the_unlikeliest_on() -> None:
    wanted, expected = np.array([[3.0, 2.0], [5.0, 1.0], [7.0, 4.0]]), np.zeros((3, 2))
    expected[0], expected[1], expected[2] = 90.0, 0.4, 0.05
    assert unreached(SumTable(("0", "1", "2"), ("a", "b"), np.stack([wanted, expected]))) == 17.0
    expected[1] = 0.5
    assert unreached(SumTable(("0", "1", "2"), ("a", "b"), np.stack([wanted, expected]))) == 11.0
    assert unreached(SumTable.empty(5)) == 0


@pytest.mark.parametrize("earned", [0, 1])
def test_unshown_actions_may_earn_nothing(earned: int) -> None:
    """A log that shows a single action, for any reward."""
    log = made(300).log
    shown = log.shown == 0
    assert 0 < shown.sum() < len(log)
    one = log.take(np.flatnonzero(shown))
    chances = np.zeros(one.offered.shape)
    chances[:, 0] = 1.0
    one = replace(
        one,
        probabilities=chances,
        propensity=np.ones(len(one)),
        reward=np.full(len(one), float(earned)),
    )
    assert interval_of(Stratified().add(FixedAction(one.actions[1]).weigh(one))).low == 0
    assert interval_of(Stratified().add(FixedAction(one.actions[0]).weigh(one))).low >= 0.9 * earned


@pytest.mark.parametrize("rate", [0.4, 0.8], ids=["successes are rarer", "failures are rarer"])
def test_the_lower_end_has_room_for_what_was_unreached_and_no_other_end_moves(
    rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two actions earn the same; three actions that earn nothing had probabilities of one in a
    million.
    """
    rng, chances = np.random.default_rng(5), np.array([0.5 - 2e-6, 0.5 - 1e-6, *[1e-6] * 3])
    shown = rng.integers(2, size=400)
    log = replace(
        made(400, actions=5, contexts=1).log,
        shown=shown,
        propensity=chances[shown],
        reward=(rng.random(400) < rate).astype(float),
        probabilities=np.tile(chances, (400, 1)),
    )
    estimator, truth = Stratified().add(UniformTarget().weigh(log)), 2 / 5 * rate
    room = estimator.alone()
    where = "engine.evaluation.estimators.stratified.unreached"
    monkeypatch.setattr(where, lambda steps: 0.0)
    tight = estimator.alone()
    assert room is not None
    assert tight is not None
    assert room.low < truth < tight.low
    assert (room.estimate, room.high) == (tight.estimate, tight.high)
    assert tight.low - room.low == pytest.approx(3 / 5 * rate, abs=0.05)
