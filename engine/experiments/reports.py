"""A report on a loop's log: what it says that each item earns, by several estimators, beside what
the item would earn if everybody got it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators import Estimator, Interval, Ips, Naive, Stratified
from engine.evaluation.experiment import Told, experiment
from engine.evaluation.targets import Fixed
from engine.loop.settings import LoopSettings
from engine.steps import Steps
from engine.worlds import World

JUDGES: tuple[type[Estimator], ...] = (Naive, Ips, Stratified)
"""The average of a dashboard, the textbook's weighted average, and ours."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What one log says of a world's K items.

    Attributes:
        intervals: of each item, by the keys of `JUDGES`.
        truths: what each would earn, served to everybody, (K,).
        fitting: share of an item's offers that went to those who like no other better, (K,).
        wanted: share of all visitors who like no other better, (K,).
    """

    intervals: Mapping[str, tuple[Interval, ...]]
    truths: Array
    fitting: Array
    wanted: Array

    @property
    def praised(self) -> int:
        """Position of the item with the highest average in the log."""
        return int(np.argmax([one.estimate for one in self.intervals[Naive.key]]))


def reporting(
    world: World, seed: int, visitors: int, logs: int, found: list[Report]
) -> Steps[None]:
    """Reports on the logs of so many fresh loops, each with the next seed: added to what is
    ``found`` as they come. Each visitor is a step."""
    for number in range(logs):
        told = yield from experiment(world, LoopSettings(), visitors, seed + number)
        found.append(report_on(world, told))
        yield None


def report_on(world: World, told: Told) -> Report:
    """The report on one log, in which each item was shown at least once."""
    log, best = told.log, world.expected.argmax(axis=1)
    weighed = [Fixed(item.id).weigh(log) for item in world.items]
    fits = [
        best[told.cells[log.shown == log.actions.index(item.id)]] == place
        for place, item in enumerate(world.items)
    ]
    return Report(
        {judge.key: tuple(_interval(judge().add(one)) for one in weighed) for judge in JUDGES},
        truths=world.frequencies @ world.expected,
        fitting=np.array([offers.mean() for offers in fits]),
        wanted=np.eye(len(world.items))[best].T @ world.frequencies,
    )


def _interval(estimator: Estimator) -> Interval:
    found = estimator.interval()
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """How one estimator keeps what its intervals promise.

    Attributes:
        key: of the estimator.
        intervals, held: how many there are, and how many of them hold the truth.
        width: their mean width.
    """

    key: str
    intervals: int
    held: int
    width: float

    @property
    def share(self) -> float:
        """Of the intervals that hold the truth."""
        return self.held / self.intervals


def kept(reports: Sequence[Report]) -> tuple[Kept, ...]:
    """What became of all intervals in reports, of which there is at least one, by `JUDGES`."""
    found = []
    for judge in JUDGES:
        pairs = [
            (interval, float(truth))
            for report in reports
            for interval, truth in zip(report.intervals[judge.key], report.truths, strict=True)
        ]
        held = sum(interval.holds(truth) for interval, truth in pairs)
        width = sum(interval.width for interval, _ in pairs) / len(pairs)
        found.append(Kept(judge.key, len(pairs), held, width))
    return tuple(found)
