"""Interface of off-policy estimators: weighed events as input, an interval as output."""

import operator
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar, Self

from engine.arrays import Array
from engine.evaluation.logged_decisions import Decisions

Bounds = tuple[float, float]
"""Least and largest possible reward of an event."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Estimated mean reward of a target policy with a confidence interval."""

    estimate: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Distance between the ends."""
        return self.high - self.low

    def holds(self, truth: float) -> bool:
        """Return True if a value lies within the interval, ends included."""
        return self.low <= truth <= self.high


@dataclass(frozen=True, slots=True, eq=False)
class WeightedDecisions:
    """Logged decisions with the importance weights of one target policy.

    Attributes:
        decisions: the log, N events and K actions.
        weight: target's probability of the shown action / its propensity, (N,), 0 or more.
        probabilities: target's probability of each action, (N, K); None if neither the target nor
            the log holds them.
    """

    decisions: Decisions
    weight: Array
    probabilities: Array | None


@dataclass(frozen=True, slots=True)
class Estimator(ABC):
    """Mean reward of a target policy from running sums over a log.

    Immutable: `add` and ``+`` return a new estimator. Merging the estimators of two parts of a log
    by ``+`` gives the same result as one estimator over both, to rounding.

    Attributes:
        bounds: of the rewards.
    """

    key: ClassVar[str]
    """Short name, stable in files and links."""

    bounds: Bounds = (0.0, 1.0)

    @abstractmethod
    def add(self, weighed: WeightedDecisions) -> Self:
        """Return the estimator with further events."""

    @abstractmethod
    def interval(self, level: float = 0.95) -> Interval | None:
        """Estimate and interval; None without events, and if the log holds too little
        information."""

    def pivots(self, mean: float) -> tuple[float, float]:
        """Rewards at which an error in an event's weight moves neither end of the interval.

        An error e moves an end in proportion to e (reward - pivot). `rounding_uncertainty` widens
        intervals by them.

        Returns:
            pivots of the low and of the high end: the mean for estimators that rely on a mean
            weight of 1, 0 for a plain weighted mean.
        """
        return mean, mean

    def __add__(self, other: Self) -> Self:
        """Merge two parts of a log: sums are added; a field may name another merge in its
        metadata."""
        merged = {
            field.name: field.metadata.get("merge", operator.add)(
                getattr(self, field.name), getattr(other, field.name)
            )
            for field in fields(self)
            if field.name != "bounds"
        }
        return type(self)(self.bounds, **merged)
