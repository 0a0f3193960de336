"""The stratified interval: valid where textbook intervals fail; refused where data are too few."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest

from engine import LoopSettings
from engine.evaluation.estimators import Betting, CressieRead, Interval, Naive, Stratified
from engine.evaluation.estimators.stratified import LENT, narrow_enough
from engine.evaluation.estimators.unshown_action_rewards import Selection
from engine.evaluation.interval_coverage import Coverage
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.target_policies import FixedAction, UniformTarget
from engine.pausable_steps import finish
from engine.worlds.coffee import COFFEE
from tests.benchmarks.greedy_logs import CASES, targets_of
from tests.benchmarks.greedy_logs import made as greedy
from tests.engine.evaluation.estimators.estimator_helpers import interval_of
from tests.engine.evaluation.made_logs import made
from tests.pages.own_bank import OWN_BANK


@pytest.mark.slow
def test_it_holds_on_the_logs_of_our_own_loops_and_is_narrow() -> None:
    """Four logs of 300 visitors: 16 intervals of actions. The benchmark's table has all figures."""
    watch = Coverage(COFFEE, LoopSettings(), 300, estimators=(Naive, CressieRead, Stratified))
    finish(watch.repetition_steps(4))
    ours, books = (watch.counts["fixed", one.key] for one in (Stratified, CressieRead))
    assert watch.counts["fixed", "naive"].covering == 0
    assert ours.intervals == 16
    assert ours.covering >= 15
    assert ours.width < 0.5 * books.width


@pytest.mark.slow
@pytest.mark.nightly
def test_intervals_of_rare_priced_rewards_hold_and_are_narrower_by_the_prices() -> None:
    """Eight logs of a bank: 40 intervals of actions, measured on 60 other seeds."""
    watch = Coverage(OWN_BANK, LoopSettings(), 500, estimators=(Stratified, Betting), seed=700)
    unaware = Coverage(OWN_BANK, LoopSettings(), 500, estimators=(Stratified,), seed=700)
    finish(watch.repetition_steps(8))
    with patch.object(Decisions, "limited", lambda log, _: log):
        finish(unaware.repetition_steps(8))
    for key in ("strata", "betting"):
        assert watch.counts["fixed", key].covering >= 38
    for kind in ("fixed", "uniform"):
        ours, before = watch.counts[kind, "strata"], unaware.counts[kind, "strata"]
        assert ours.width < before.width / 2


def apart(log: Decisions) -> Decisions:
    """The log with a separate context for every visitor."""
    names = tuple(f"visitor={i}" for i in range(len(log)))
    return replace(log, contexts=names, context_index=np.arange(len(log)))


@pytest.mark.no_cover
@pytest.mark.parametrize("split", [False, True], ids=["few contexts", "a context each"])
def test_it_holds_with_few_contexts_and_with_one_for_each_event(split: bool) -> None:
    """Of 120 intervals .95 should; fewer than 108 have a chance of 1 %."""
    covered = 0
    for seed in range(40):
        of = made(300, seed)
        log = apart(of.log) if split else of.log
        for action, truth in zip(log.actions, of.shares @ of.expected, strict=True):
            covered += interval_of(Stratified().add(FixedAction(action).weigh(log))).holds(
                float(truth)
            )
    assert covered >= 108


def test_an_action_that_nearly_all_visitors_got_rests_on_its_own_rewards() -> None:
    """Of 36 contexts with equal, rare rates: little is known about what the others were shown."""
    events, covered = 1_000, 0
    chances = np.tile([0.9, 0.05, 0.05], (events, 1))
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shown = rng.choice(3, events, p=chances[0])
        log = replace(
            made(events, seed, contexts=36).log,
            shown=shown,
            propensity=chances[0, shown],
            probabilities=chances,
            reward=(rng.random(events) < 0.03).astype(float),
            means=None,
        )
        weighed = FixedAction("action0").weigh(log)
        ours, own = (interval_of(kind().add(weighed)) for kind in (Stratified, Naive))
        assert ours.width < 1.2 * own.width
        covered += ours.holds(0.03)
    assert covered >= 17


def test_it_is_the_same_if_successes_are_called_failures() -> None:
    log = made(300).log
    mirrored = replace(log, reward=1 - log.reward)
    one, two = (interval_of(Stratified().add(UniformTarget().weigh(it))) for it in (log, mirrored))
    assert [two.estimate, two.low, two.high] == pytest.approx(
        [1 - one.estimate, 1 - one.high, 1 - one.low], abs=1e-6
    )


def test_more_contexts_than_can_be_told_apart_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.evaluation.estimators.stratified.MOST_CONTEXTS", 20)
    log = apart(made(60).log)
    parts = [
        Stratified().add(UniformTarget().weigh(log.take(slice(at, at + 15))))
        for at in (0, 15, 30, 45)
    ]
    merged = parts[0] + parts[1] + parts[2] + parts[3]
    assert merged.contexts is None
    whole = Stratified().add(UniformTarget().weigh(log))
    assert interval_of(merged).estimate == pytest.approx(interval_of(whole).estimate)


def test_it_needs_all_probabilities() -> None:
    log = replace(made(60).log, probabilities=None)
    assert Stratified().add(UniformTarget().weigh(log)).interval() is None


@pytest.mark.no_cover
def test_it_holds_on_logs_of_a_greedy_learner_for_who_picks_the_best() -> None:
    """Expected coverage of 120 intervals: .95; fewer than 108 have a probability of 1 %. When the
    picking target borrowed as many events as others, 100 covered the truth.
    """
    covered = 0
    for case in (CASES[1], CASES[2], CASES[4]):
        for log, truth in greedy(case, 40, 1_000, 90):
            (best,) = (one for one in targets_of(log, truth) if one[0] == "best")
            covered += interval_of(Stratified().add(best[1].weigh(log))).holds(best[2])
    assert covered >= 108


def test_a_poor_run_of_what_was_seldom_shown_leaves_room_upwards() -> None:
    """Logs whose few rare events earned less than half of their expectation. Of 41 intervals for
    the uniform policy, 35 covered the truth with a smaller margin.
    """
    poor = covered = 0
    for case in (CASES[3], CASES[4]):
        for log, truth in greedy(case, 60, 1_000, 90):
            (alike,) = (one for one in targets_of(log, truth) if one[0] == "uniform")
            estimator = Stratified().add(alike[1].weigh(log))
            total, _, earned = estimator.unshown.sums[1]
            if earned / total < truth.mean() / 2:
                poor += 1
                covered += interval_of(estimator).holds(alike[2])
    assert poor == 41
    assert covered >= 37


def test_room_for_a_poor_run_goes_where_rates_say_too_much_and_no_more_than_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estimators = [
        Stratified().add(UniformTarget().weigh(log)) for log, _ in greedy(CASES[4], 12, 400, 90)
    ]

    def intervals_with(overrated: float) -> list[Interval]:
        where = "engine.evaluation.estimators.stratified.OVERRATED"
        monkeypatch.setattr(where, overrated)
        return [one for each in estimators if (one := each.alone())]

    room, usual, none = intervals_with(0.0), intervals_with(3.0), intervals_with(1e9)
    for most, one, least in zip(room, usual, none, strict=True):
        assert (most.estimate, most.low) == (one.estimate, one.low) == (least.estimate, least.low)
        assert most.high >= one.high >= least.high > least.estimate
    assert any(most.high > one.high for most, one in zip(room, usual, strict=True))
    assert any(one.high > least.high for one, least in zip(usual, none, strict=True))


def test_that_room_goes_only_as_far_as_a_target_does_not_pick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No events are borrowed (a picking target borrows fewer), so all other terms are equal."""
    where = "engine.evaluation.estimators.stratified"
    monkeypatch.setattr(Stratified, "_lent", lambda *_: 1e-9)
    ((log, truth),) = greedy(CASES[2], 1, 400, 90)
    (best,) = (one for one in targets_of(log, truth) if one[0] == "best")
    estimator = Stratified().add(best[1].weigh(log))
    both = (estimator, replace(estimator, selection=Selection().add(UniformTarget().weigh(log))))

    def highest(overrated: float) -> list[float]:
        monkeypatch.setattr(f"{where}.OVERRATED", overrated)
        return [one.high for each in both if (one := each.alone())]

    picked, taken = np.subtract(highest(0.0), highest(0.01))
    assert estimator.selection.share > 0.7
    assert taken > 0
    assert picked / taken == pytest.approx(1 - estimator.selection.share)


@pytest.mark.parametrize("rate", [0.005, 0.3])
def test_rare_rewards_borrow_as_many_events_as_earn_one(
    monkeypatch: pytest.MonkeyPatch, rate: float
) -> None:
    reward = (np.random.default_rng(7).random(1_000) < rate).astype(float)
    log = replace(made(1_000).log, reward=reward, means=None)
    estimator = Stratified().add(FixedAction("action1").weigh(log))
    now = interval_of(estimator)
    monkeypatch.setattr(Stratified, "_lent", lambda *_: LENT)
    before = interval_of(estimator)
    assert now == before if rate > 0.1 else now.width < 0.9 * before.width


def test_what_is_proven_is_taken_where_ours_is_hardly_narrower() -> None:
    ours, proven = Interval(0.5, 0.4, 0.6), Interval(0.5, 0.2, 0.8)
    assert narrow_enough(ours, proven, share=0.0) == ours
    assert narrow_enough(ours, proven, share=0.4) == ours
    assert narrow_enough(ours, proven, share=0.6) == proven
    assert narrow_enough(proven, ours, share=0.0) == ours
    assert narrow_enough(ours, None, share=1.0) == ours


def test_what_is_proven_is_the_betting_sequence_in_the_rewards_own_bounds() -> None:
    log = made(60).log
    log = replace(log, reward=5 * log.reward)
    estimator = Stratified((0.0, 5.0)).add(UniformTarget().weigh(log))
    assert estimator.proven is not None
    assert (
        estimator.proven.interval()
        == Betting((0.0, 5.0)).add(UniformTarget().weigh(log)).interval()
    )
    assert (estimator + Stratified((0.0, 5.0))).interval() == estimator.interval()


def test_where_betting_stands_in_the_estimate_stays_ours_as_far_as_it_may() -> None:
    proven = Interval(0.6, 0.3, 0.6)
    for ours, kept in ((0.5, 0.5), (0.2, 0.3), (0.8, 0.6)):
        assert narrow_enough(Interval(ours, 0.1, 0.9), proven, 0.0) == Interval(kept, 0.3, 0.6)
    narrow = Interval(0.5, 0.4, 0.6)
    assert narrow_enough(narrow, proven, 0.0) is narrow
