"""Parts of a log evaluated apart, in any executor, and merged."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from functools import reduce
from operator import add
from typing import Protocol

from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import ESTIMATORS, Bounds, Estimator
from engine.evaluation.offline import Evaluation, evaluate_part, with_events
from engine.evaluation.targets import Target


class Part(Protocol):
    """A part of a log that can travel."""

    @property
    def bounds(self) -> Bounds:
        """Of the rewards."""

    def batches(self) -> Iterator[Decisions]:
        """Its decisions; none if it is empty."""


def evaluate_parts(
    parts: Sequence[Part],
    targets: Sequence[Target],
    executor: Executor | None = None,
    estimators: Sequence[type[Estimator]] = ESTIMATORS,
) -> Evaluation:
    """What each target would have earned, by one or more parts of a log, with equal bounds.

    Args:
        executor: where; any of `concurrent.futures`, or a cluster's that follows its
            interface, such as ``distributed.Client.get_executor()``. None is here.

    Raises:
        PersonalizerError: ``BadRequest`` if there is no event; RejectedError for the first part
            with faulty lines.
    """
    tasks = [(part, targets, estimators) for part in parts]
    if executor is None:
        found = [_evaluated(*task) for task in tasks]
    else:
        futures = [executor.submit(_evaluated, *task) for task in tasks]
        found = [future.result() for future in futures]
    return with_events(reduce(add, found))


def _evaluated(
    part: Part, targets: Sequence[Target], estimators: Sequence[type[Estimator]]
) -> Evaluation:
    return evaluate_part(part.batches(), targets, estimators, part.bounds)
