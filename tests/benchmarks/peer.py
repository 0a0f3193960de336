"""Interface of the learners in the comparison: choosing and learning in one environment."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from engine.arrays import Array
from tests.benchmarks.environments import Environment, View


class Peer(ABC):
    """A learner of some library in one environment."""

    def __init__(self, place: Environment, view: View, seed: int) -> None:
        self.place, self.view, self.seed = place, view, seed

    @abstractmethod
    def choose(self, t: int) -> int:
        """Position of the action for round t."""

    @abstractmethod
    def learn(self, t: int, chosen: int, reward: float) -> None:
        """Learn the reward of round t, which may be in the past."""


Making = Callable[[Environment, View, int], Peer]
"""Factory of a peer: environment, view and seed."""


def with_constant(context: Array) -> Array:
    """The context with a column of ones before it, (T, 1 + d)."""
    return np.hstack([np.ones((len(context), 1)), context])


def crossed_rows(view: View, t: int) -> Array:
    """Every product of a number of the context and one of an action, constants too, (K, ...)."""
    assert view.articles is not None
    articles = with_constant(view.articles[t])
    context = np.append(1.0, view.context[t])
    rows: Array = np.einsum("i,kj->kij", context, articles).reshape(len(articles), -1)
    return rows
