"""The facade of offline evaluation: rows, doubts, parts and refusals."""

import math
from dataclasses import replace

import numpy as np
import pytest

from engine import PersonalizerError
from engine.evaluation.estimators import ESTIMATORS, Stratified
from engine.evaluation.logged_decisions import decisions_from
from engine.evaluation.offline_evaluation import FEW, bounds_of, evaluate
from engine.evaluation.target_policies import (
    Baseline,
    FixedAction,
    GivenProbabilities,
    LoggedPolicy,
    UniformTarget,
)
from tests.engine.evaluation.made_logs import made

LOG = made(200).log
TARGETS = (LoggedPolicy(), Baseline(), UniformTarget(), *map(FixedAction, LOG.actions))


def test_a_row_tells_how_well_the_log_knows_a_target() -> None:
    online, *_, row = evaluate(
        [LOG], (LoggedPolicy(), UniformTarget(), FixedAction("action1"))
    ).rows()
    weight = (LOG.shown == 1) / LOG.propensity
    assert (row.target, row.events) == ("action action1", 200)
    assert row.effective == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    earned = weight * LOG.reward
    assert row.rewards == pytest.approx(earned.sum() ** 2 / (earned**2).sum())
    assert row.largest == weight.max()
    assert row.share == (LOG.shown == 1).mean()
    assert [*row.intervals] == [estimator.key for estimator in ESTIMATORS]
    assert (online.effective, online.share, online.doubt) == (200, 1, None)


def test_too_little_overlap_is_said() -> None:
    never = np.zeros((200, 3))
    never[np.arange(200), (LOG.shown + 1) % 3] = 1
    rows = evaluate([LOG], (GivenProbabilities("never", never), UniformTarget())).rows()
    assert [row.doubt for row in rows] == ["no_overlap", None]
    (few,) = evaluate([LOG.take(slice(FEW - 1))], (LoggedPolicy(),)).rows()
    assert few.doubt == "little_overlap"


def test_parts_may_be_added_in_sequence_or_merged() -> None:
    parts = [LOG.take(slice(80)), replace(LOG.take(slice(80, None)), unmatched=3)]
    whole = evaluate([LOG], TARGETS).rows()
    apart = evaluate(parts[:1], TARGETS) + evaluate(parts[1:], TARGETS)
    assert (apart.events, apart.unmatched) == (200, 3)
    for actual in (evaluate(parts, TARGETS).rows(), apart.rows()):
        for row, expected in zip(actual, whole, strict=True):
            assert row.effective == pytest.approx(expected.effective)
            assert row.rewards == pytest.approx(expected.rewards)
            for key, interval in row.intervals.items():
                other = expected.intervals[key]
                assert interval is not None
                assert other is not None
                assert math.isclose(interval.high, other.high, abs_tol=1e-8)


def test_impossible_evaluations_are_refused() -> None:
    with pytest.raises(PersonalizerError, match="no event"):
        evaluate([LOG.take(slice(0))], TARGETS)
    odd = replace(LOG, reward=np.where(np.arange(200) == 6, 2.5, LOG.reward))
    with pytest.raises(
        PersonalizerError, match=r"Event 7: the reward is 2.5, but must be 0 to 1\."
    ):
        evaluate([odd], TARGETS)
    assert evaluate([odd], TARGETS, bounds=bounds_of(odd)).bounds == (0, 2.5)


def test_a_target_that_the_log_could_hardly_ever_show_is_doubted() -> None:
    """Weights of the logged events look even, but unshown actions are not among them."""
    certain = np.eye(3)[np.zeros(200, dtype=int)]
    log = replace(
        LOG,
        shown=np.zeros(200, dtype=np.intp),
        propensity=np.ones(200),
        probabilities=certain,
        offered=np.ones((200, 3), dtype=bool),
    )
    even, first = evaluate([log], (UniformTarget(), GivenProbabilities("first", certain))).rows()
    assert even.effective == pytest.approx(200)
    assert (even.share, even.doubt) == (1, "little_overlap")
    assert first.doubt is None


def test_probabilities_that_cannot_be_right_are_told() -> None:
    wrong = replace(LOG, propensity=LOG.propensity / 2, probabilities=None)
    results = {row.target: row for row in evaluate([wrong], TARGETS).rows()}
    assert results["uniform"].is_off
    assert results["uniform"].mean == pytest.approx(2, abs=0.5)
    assert results["uniform"].intervals["ips"] is None
    assert results["uniform"].intervals["naive"] is not None
    assert not any(row.is_off for row in evaluate([LOG], TARGETS).rows())


def test_a_mean_weight_is_off_by_more_than_chance_however_little_that_is() -> None:
    """The threshold used to be a fixed 1.1."""
    thirds = np.full(100_000, 1 / 3)
    log = replace(
        LOG.take(np.arange(100_000) % len(LOG)),
        shown=np.arange(100_000) % 3,
        offered=np.ones((100_000, 3), dtype=bool),
        propensity=thirds - np.where(np.arange(100_000) % 2, 0.02, 0.0),
        probabilities=None,
        means=None,
    )
    (even,) = evaluate([log], [UniformTarget()]).rows()
    assert 1.01 < even.mean < 1.1
    assert even.is_off
    (even,) = evaluate([replace(log, rounding=0.05)], [UniformTarget()]).rows()
    assert (even.is_off, even.mean) == (False, 1.0), "within a rounding to one digit"


def test_a_log_of_nothing_is_refused_and_a_reward_is_named_by_its_number_in_all() -> None:
    with pytest.raises(PersonalizerError, match="no event"):
        evaluate([decisions_from([])], (LoggedPolicy(), UniformTarget()))
    bad = replace(LOG, reward=np.where(np.arange(200) == 4, 7.0, LOG.reward))
    with pytest.raises(PersonalizerError, match="Event 205: the reward is 7"):
        evaluate([LOG, bad], TARGETS)


def test_contexts_that_never_came_change_nothing() -> None:
    more = replace(LOG, contexts=(*LOG.contexts, *(f"other={i}" for i in range(500))))
    assert evaluate([more], TARGETS).rows() == evaluate([LOG], TARGETS).rows()


PRICES = {"action0": 1.0, "action1": 0.2, "action2": 0.0}
PRICED = replace(LOG, reward=LOG.reward * np.array([*PRICES.values()])[LOG.shown]).limited(PRICES)


def test_no_interval_is_wider_than_what_an_action_can_pay() -> None:
    *_, uniform, _, fifth, nothing = evaluate([PRICED], TARGETS).rows()
    for row, most in ((uniform, 0.4), (fifth, 0.2)):
        for key, interval in row.intervals.items():
            assert interval is not None
            assert key == "naive" or interval.high <= most + 1e-9
    for key in ("cressie_read", "cressie_read_mended", "betting", "strata"):
        interval = nothing.intervals[key]
        assert interval is not None
        assert (interval.low, interval.estimate, interval.high) == (0, 0, 0)


def test_a_price_is_no_reason_for_a_wider_interval() -> None:
    """Equal prices are a change of unit: an interval is as wide as that of whole rewards."""
    assert LOG.means is not None
    cheap = replace(LOG, reward=LOG.reward * 0.1, means=np.asarray(LOG.means * 0.1))
    cheap = cheap.limited(dict.fromkeys(LOG.actions, 0.1))
    for target in TARGETS:
        whole, tenth = (Stratified().add(target.weigh(log)).alone() for log in (LOG, cheap))
        assert whole is not None
        assert tenth is not None
        assert (tenth.low, tenth.high) == pytest.approx((whole.low / 10, whole.high / 10))


def test_limits_are_at_least_the_rewards_in_the_log() -> None:
    assert LOG.limited({"action0": 1.0}) is LOG, "an action without a limit"
    limits = LOG.limited(dict.fromkeys(LOG.actions, 0.2)).largest
    assert limits is not None
    assert limits.tolist() == [1.0, 1.0, 1.0]
