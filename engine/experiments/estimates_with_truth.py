"""Estimates from the log of one simulated loop, each with its true value, for lessons.

The reward of each item, of a rule that never ran, and of the best of many random rules, which looks
too good on the data that chose it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.estimators import Estimator, Interval, Ips, Naive, Stratified
from engine.evaluation.interval_coverage import forgetting
from engine.evaluation.random_policies import random_policies, true_value, weighted_rewards
from engine.evaluation.simulated_log import SimulatedLog, simulate_log
from engine.evaluation.target_policies import FixedAction, ProbabilityTarget, truths
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.worlds import World

JUDGES: tuple[type[Estimator], ...] = (Naive, Ips, Stratified)
"""Estimators compared: the average of a dashboard, inverse propensity scoring, the app's own."""


def _interval(estimator: Estimator) -> Interval:
    interval = estimator.interval()
    assert interval is not None
    return interval


# -- each item of a log ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class LogReport:
    """Estimated reward of each of a world's K items, served to everybody, from one log.

    Attributes:
        intervals: of each item, by the keys of `JUDGES`.
        truths: true mean rewards, (K,).
        fitting: share of an item's offers made to visitors whose best item it is, (K,).
        wanted: share of all visitors whose best item it is, (K,).
    """

    intervals: Mapping[str, tuple[Interval, ...]]
    truths: Array
    fitting: Array
    wanted: Array

    @property
    def praised(self) -> int:
        """Position of the item with the highest average in the log."""
        return int(np.argmax([interval.estimate for interval in self.intervals[Naive.key]]))


def reporting(
    world: World, seed: int, visitors: int, logs: int, reports: list[LogReport]
) -> Steps[None]:
    """Report on the logs of several new loops, a visitor a step.

    Args:
        seed: of the first loop; each further loop has the next one.
        logs: number of loops.
        reports: receives one report for each loop.
    """
    for number in range(logs):
        outcome = yield from simulate_log(world, LoopSettings(), visitors, seed + number)
        reports.append(report_on(world, outcome))
        yield None


def report_on(world: World, outcome: SimulatedLog) -> LogReport:
    """Report on one log in which each item was shown at least once."""
    log, best = outcome.log, world.expected.argmax(axis=1)
    weighed = [FixedAction(item.id).weigh(log) for item in world.items]
    fits = [
        best[outcome.cells[log.shown == log.actions.index(item.id)]] == place
        for place, item in enumerate(world.items)
    ]
    return LogReport(
        {
            judge.key: tuple(_interval(judge().add(target)) for target in weighed)
            for judge in JUDGES
        },
        truths=world.frequencies @ world.expected,
        fitting=np.array([offers.mean() for offers in fits]),
        wanted=np.eye(len(world.items))[best].T @ world.frequencies,
    )


@dataclass(frozen=True, slots=True)
class IntervalRecord:
    """Coverage of the intervals of one estimator.

    Attributes:
        key: of the estimator.
        intervals, covering: number of intervals, and of those which contain the truth.
        width: mean width.
    """

    key: str
    intervals: int
    covering: int
    width: float

    @property
    def share(self) -> float:
        """Share of intervals which contain the truth."""
        return self.covering / self.intervals


def interval_records(reports: Sequence[LogReport]) -> tuple[IntervalRecord, ...]:
    """Coverage of each of `JUDGES` over all items of at least one report."""
    records = []
    for judge in JUDGES:
        pairs = [
            (interval, float(truth))
            for report in reports
            for interval, truth in zip(report.intervals[judge.key], report.truths, strict=True)
        ]
        covering = sum(interval.holds(truth) for interval, truth in pairs)
        width = sum(interval.width for interval, _ in pairs) / len(pairs)
        records.append(IntervalRecord(judge.key, len(pairs), covering, width))
    return tuple(records)


# -- rules that never ran -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleEstimate:
    """Estimated reward of a rule from a log.

    Attributes:
        interval: by the logged propensities.
        forgotten: estimate without them, as if all offers had been equally likely.
        truth: true mean reward.
    """

    interval: Interval
    forgotten: float
    truth: float


def ask(world: World, outcome: SimulatedLog, rule: ProbabilityTarget) -> RuleEstimate:
    """Estimate the reward of a rule; the log must hold an offer the rule would make."""
    return RuleEstimate(
        _interval(Stratified().add(rule.weigh(outcome.log))),
        _interval(Ips().add(rule.weigh(forgetting(outcome.log)))).estimate,
        truths(world, outcome.log, [rule])[rule.key],
    )


@dataclass(frozen=True, slots=True)
class RuleSearch:
    """Mean rewards of the best of many random rules.

    Attributes:
        chosen: on the half of the log used to choose the rule.
        judged: on the other half.
        truth: true mean reward.
    """

    chosen: float
    judged: float
    truth: float


def search(world: World, outcome: SimulatedLog, seed: int) -> RuleSearch:
    """Choose one of the random rules of a seed by the earlier half of a log."""
    rules, half = random_policies(world, seed), len(outcome.log) // 2
    earned = weighted_rewards(world, outcome, rules)
    chosen, judged = earned[:, :half].mean(axis=1), earned[:, half:].mean(axis=1)
    best = int(chosen.argmax())
    return RuleSearch(float(chosen[best]), float(judged[best]), true_value(world, rules[best]))


def errors(searches: Sequence[RuleSearch]) -> tuple[float, float]:
    """Root mean square errors of the half used to choose and of the other half."""
    table = np.array([[s.chosen - s.truth, s.judged - s.truth] for s in searches])
    chosen, judged = np.sqrt((table**2).mean(axis=0))
    return float(chosen), float(judged)


@dataclass(frozen=True, slots=True, eq=False)
class OfferTable:
    """Offers of K items by the V values of a field.

    Attributes:
        times: number of offers, (V, K).
        means: mean reward, (V, K), NaN without an offer.
    """

    times: NDArray[np.int_]
    means: Array


def offered_by(world: World, outcome: SimulatedLog, field: str) -> OfferTable:
    """Count and average the offers of a log by the values of a field."""
    (values,) = ([v.name for v in known.values] for known in world.fields if known.name == field)
    rows = np.array([values.index(world.contexts[cell][field]) for cell in outcome.cells])
    items = np.array([world.position(action) for action in outcome.log.actions])
    at = rows * len(world.items) + items[outcome.log.shown]
    size = len(values) * len(world.items)
    times = np.bincount(at, minlength=size)
    sums = np.bincount(at, weights=outcome.log.reward, minlength=size)
    means = np.divide(sums, times, out=np.full(size, np.nan), where=times > 0)
    shape = len(values), len(world.items)
    return OfferTable(times.reshape(shape), np.asarray(means.reshape(shape)))
