"""Policies that can be evaluated on any log: each says how likely it is to show each action."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import PersonalizerError
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators.base import Weighed


class Target(ABC):
    """A policy that is evaluated.

    Attributes:
        key: its name in results, unlike that of any other in the same evaluation.
    """

    key: str

    @abstractmethod
    def weigh(self, log: Decisions) -> Weighed:
        """The log as this policy sees it."""


@dataclass(frozen=True, slots=True)
class Online(Target):
    """What the loop did itself, as logged."""

    key: str = "online"

    def weigh(self, log: Decisions) -> Weighed:
        return Weighed(log, np.ones(len(log)), log.probabilities)


class Choosing(Target):
    """A policy that is known by the chances of its choices."""

    @abstractmethod
    def probabilities(self, log: Decisions) -> Array:
        """How likely it is to show each action, (N, K), 0 of what was not offered."""

    def weigh(self, log: Decisions) -> Weighed:
        chances = self.probabilities(log)
        shown = chances[np.arange(len(log)), log.shown]
        return Weighed(log, log.weigh(shown), chances)


@dataclass(frozen=True, slots=True)
class Baseline(Choosing):
    """The first action that is offered."""

    key: str = "baseline"

    def probabilities(self, log: Decisions) -> Array:
        return certain(log, log.baseline)


@dataclass(frozen=True, slots=True)
class Even(Choosing):
    """All offered actions, equally likely."""

    key: str = "uniform"

    def probabilities(self, log: Decisions) -> Array:
        return np.asarray(log.offered / log.offered.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Fixed(Choosing):
    """One action for everybody; the baseline where it is not offered."""

    action: str

    @property
    def key(self) -> str:  # type: ignore[override]
        return f"action {self.action}"

    def probabilities(self, log: Decisions) -> Array:
        wanted = np.full(len(log), position(log, self.action))
        return certain(log, offered_or_baseline(log, wanted))


@dataclass(frozen=True, slots=True, eq=False)
class Given(Choosing):
    """Chances that were computed for exactly the events of one log, (N, K)."""

    key: str
    chances: Array

    def probabilities(self, log: Decisions) -> Array:
        if self.chances.shape != log.offered.shape:
            sentence = f"The chances of {self.key} are those of other events than the log's."
            raise PersonalizerError("BadRequest", sentence, "log")
        return self.chances


def position(log: Decisions, action: str) -> int:
    """Where an action stands; -1 if it is none of the log's."""
    return log.actions.index(action) if action in log.actions else -1


def by_context(log: Decisions, actions: Sequence[int]) -> Array:
    """Probabilities of a policy with one action for each context of a log, -1 where it has none;
    the baseline there, and where that is not offered."""
    wanted = np.array(actions, dtype=np.intp)
    chosen = wanted[log.stratum] if len(wanted) else log.baseline
    return certain(log, offered_or_baseline(log, chosen))


def offered_or_baseline(log: Decisions, wanted: NDArray[np.intp]) -> NDArray[np.intp]:
    """Positions of actions, (N,), the baseline's in place of those that were not offered."""
    possible = (wanted >= 0) & log.offered[np.arange(len(log)), wanted]
    return np.where(possible, wanted, log.baseline)


def certain(log: Decisions, chosen: NDArray[np.intp]) -> Array:
    """Chances, (N, K), of always showing the actions at these positions, (N,)."""
    chances = np.zeros(log.offered.shape)
    chances[np.arange(len(log)), chosen] = 1.0
    return chances
