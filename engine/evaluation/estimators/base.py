"""What all off-policy estimators share: what they are told, and what they answer."""

import operator
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar, Self

from engine.arrays import Array
from engine.evaluation.decisions import Decisions

Bounds = tuple[float, float]
"""The least and the largest reward that an event can earn."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A target policy's mean reward, estimated, with an interval that is to hold the true one."""

    estimate: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low

    def holds(self, truth: float) -> bool:
        """Whether a value lies within it, ends included."""
        return self.low <= truth <= self.high


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Logged decisions as one target policy sees them.

    Attributes:
        decisions: the log, N events and K actions.
        weight: how much likelier the target was to show what was shown, (N,), 0 or more.
        probabilities: how likely the target is to show each action, (N, K); None where neither
            it nor the log says.
    """

    decisions: Decisions
    weight: Array
    probabilities: Array | None


@dataclass(frozen=True, slots=True)
class Estimator(ABC):
    """A target policy's mean reward out of running sums over a log.

    A value that stays as it is: a longer log makes another one, by `add` or, out of the
    estimators of two parts, by ``+``, which gives the same to rounding.

    Attributes:
        bounds: of the rewards.
    """

    key: ClassVar[str]
    """A short name, the same in files and links for ever."""

    bounds: Bounds = (0.0, 1.0)

    @abstractmethod
    def add(self, weighed: Weighed) -> Self:
        """With so many more events."""

    @abstractmethod
    def interval(self, level: float = 0.95) -> Interval | None:
        """Estimate and interval; None without events, and where the log does not say enough."""

    def pivots(self, mean: float) -> tuple[float, float]:
        """Rewards that an error in the weights cannot turn into a wrong low, or high, end.

        That is the mean of the rewards, as weighted, for all that use that weights are 1 on
        average.
        """
        return mean, mean

    def __add__(self, other: Self) -> Self:
        """Of both logs: sums are added; a field whose metadata name another way is merged so."""
        merged = {
            field.name: field.metadata.get("merge", operator.add)(
                getattr(self, field.name), getattr(other, field.name)
            )
            for field in fields(self)
            if field.name != "bounds"
        }
        return type(self)(self.bounds, **merged)
