"""Questions to a log: what a rule would have earned that never ran, and what the best of many seems
to have earned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.coverage import forgetting
from engine.evaluation.estimators import Estimator, Interval, Ips, Stratified
from engine.evaluation.experiment import Told
from engine.evaluation.random_rules import earned_by, random_rules, value_of
from engine.evaluation.targets import Choosing, truths
from engine.worlds import World


@dataclass(frozen=True, slots=True)
class Answer:
    """What a log says that a rule would earn.

    Attributes:
        interval: with the probabilities that were logged.
        forgotten: the estimate without them, as if all offers had been equally likely.
        truth: what it would really earn.
    """

    interval: Interval
    forgotten: float
    truth: float


def ask(world: World, told: Told, rule: Choosing) -> Answer:
    """What a log says of a rule; at least one visitor was shown what it shows."""
    return Answer(
        _interval(Stratified(), told, rule),
        _interval(Ips(), Told(forgetting(told.log), told.cells), rule).estimate,
        truths(world, told.log, [rule])[rule.key],
    )


def _interval(estimator: Estimator, told: Told, rule: Choosing) -> Interval:
    found = estimator.add(rule.weigh(told.log)).interval()
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Search:
    """The best of many random rules.

    Attributes:
        chosen: what it earned on the half of the log by which it was chosen.
        judged: what it earned on the other half.
        truth: what it would really earn.
    """

    chosen: float
    judged: float
    truth: float


def search(world: World, told: Told, seed: int) -> Search:
    """Choose one of the random rules of a seed by the earlier half of a log."""
    rules, half = random_rules(world, seed), len(told.log) // 2
    earned = earned_by(world, told, rules)
    chosen, judged = earned[:, :half].mean(axis=1), earned[:, half:].mean(axis=1)
    best = int(chosen.argmax())
    return Search(float(chosen[best]), float(judged[best]), value_of(world, rules[best]))


def errors(searches: Sequence[Search]) -> tuple[float, float]:
    """How far from the truth each half is: the one that chose, and the other; root mean squares."""
    table = np.array([[one.chosen - one.truth, one.judged - one.truth] for one in searches])
    chosen, judged = np.sqrt((table**2).mean(axis=0))
    return float(chosen), float(judged)


@dataclass(frozen=True, slots=True, eq=False)
class Offered:
    """What a log has of each of V values of a field and K items.

    Attributes:
        times: how often the item was offered there, (V, K).
        means: what it earned each time, (V, K), NaN where it never was.
    """

    times: NDArray[np.int_]
    means: Array


def offered_by(world: World, told: Told, field: str) -> Offered:
    """What a log has of each value of a field."""
    (values,) = ([v.name for v in one.values] for one in world.fields if one.name == field)
    rows = np.array([values.index(world.contexts[cell][field]) for cell in told.cells])
    items = np.array([world.position(action) for action in told.log.actions])
    at = rows * len(world.items) + items[told.log.shown]
    size = len(values) * len(world.items)
    times = np.bincount(at, minlength=size)
    sums = np.bincount(at, weights=told.log.reward, minlength=size)
    means = np.divide(sums, times, out=np.full(size, np.nan), where=times > 0)
    shape = len(values), len(world.items)
    return Offered(times.reshape(shape), np.asarray(means.reshape(shape)))
