"""Running estimates: over growing prefixes of a log, and over consecutive segments."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import Bounds, Estimator, Interval
from engine.evaluation.offline import Tally
from engine.evaluation.targets import Given, Target
from engine.evaluation.windows import thinned


@dataclass(frozen=True, slots=True)
class Stretch:
    """What some events of a log tell.

    Attributes:
        start, end: they are those from ``start`` to before ``end``, counted from 0.
        interval: None where they do not say enough.
    """

    start: int
    end: int
    interval: Interval | None


def within(target: Target, events: slice) -> Target:
    """A target for a part of the log that it is for."""
    return replace(target, chances=target.chances[events]) if isinstance(target, Given) else target


def growing(
    log: Decisions,
    target: Target,
    estimator: type[Estimator],
    bounds: Bounds = (0.0, 1.0),
    points: int = 40,
) -> Iterator[Stretch]:
    """What the log told when it was shorter, at so many lengths; at last all of it.

    Where an interval is not valid however often one looks, no more than one of them is to be
    trusted.
    """
    told, start = Tally(target.key, (estimator(bounds),)), 0
    for end in thinned(min(len(log), 20), len(log), points).tolist():
        part = slice(start, end)
        told, start = told.add(within(target, part).weigh(log.take(part))), end
        yield Stretch(0, end, told.interval(told.estimators[0]))


def stretches(
    log: Decisions,
    target: Target,
    estimator: type[Estimator],
    bounds: Bounds = (0.0, 1.0),
    parts: int = 8,
) -> Iterator[Stretch]:
    """What each of so many parts of the log tells by itself, one after the other."""
    ends = np.linspace(0, len(log), min(parts, len(log)) + 1).round().astype(int).tolist()
    for start, end in pairwise(ends):
        part = slice(start, end)
        told = Tally(target.key, (estimator(bounds),))
        told = told.add(within(target, part).weigh(log.take(part)))
        yield Stretch(start, end, told.interval(told.estimators[0]))
