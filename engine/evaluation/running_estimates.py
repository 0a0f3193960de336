"""Running estimates: over growing prefixes of a log, and over consecutive segments."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from engine.evaluation.curve_points import thinned
from engine.evaluation.estimators import Bounds, Estimator, Interval
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.offline_evaluation import Tally
from engine.evaluation.target_policies import GivenProbabilities, Target


@dataclass(frozen=True, slots=True)
class RunningEstimate:
    """Estimate from consecutive events of a log.

    Attributes:
        start, end: events from ``start`` to before ``end``, counted from 0.
        interval: None if the events are insufficient.
    """

    start: int
    end: int
    interval: Interval | None


def restricted(target: Target, events: slice) -> Target:
    """Target restricted to a part of the log for which it was made."""
    return (
        replace(target, chances=target.chances[events])
        if isinstance(target, GivenProbabilities)
        else target
    )


def prefix_estimates(
    log: Decisions,
    target: Target,
    estimator: type[Estimator],
    bounds: Bounds = (0.0, 1.0),
    points: int = 40,
) -> Iterator[RunningEstimate]:
    """Estimates over growing prefixes of a log, up to the whole log.

    Unless an interval is valid at all times, only one of these intervals may be relied on.
    """
    tally, start = Tally(target.key, (estimator(bounds),)), 0
    for end in thinned(min(len(log), 20), len(log), points).tolist():
        part = slice(start, end)
        tally, start = tally.add(restricted(target, part).weigh(log.take(part))), end
        yield RunningEstimate(0, end, tally.interval(tally.estimators[0]))


def segment_estimates(
    log: Decisions,
    target: Target,
    estimator: type[Estimator],
    bounds: Bounds = (0.0, 1.0),
    parts: int = 8,
) -> Iterator[RunningEstimate]:
    """Estimates over consecutive parts of a log, each by itself."""
    ends = np.linspace(0, len(log), min(parts, len(log)) + 1).round().astype(int).tolist()
    for start, end in pairwise(ends):
        part = slice(start, end)
        tally = Tally(target.key, (estimator(bounds),))
        tally = tally.add(restricted(target, part).weigh(log.take(part)))
        yield RunningEstimate(start, end, tally.interval(tally.estimators[0]))
