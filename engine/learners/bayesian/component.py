"""The parts of a belief: one hypothesis each, or one subset of fields, with its weight."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from engine.arrays import Array
from engine.learners.base import Group, WeighedOffer
from engine.learners.bayesian.basis import Basis, Block, Where
from engine.learners.bayesian.cells import Cells, Tables
from engine.learners.bayesian.kernel import RowKernel
from engine.learners.bayesian.posterior import Posterior
from engine.protocol.features import Features
from engine.protocol.request import Action


@dataclass(frozen=True, slots=True)
class Component(ABC):
    """What takes part in the belief: its weight, and the position of its hypothesis."""

    weight: float
    source: int

    @abstractmethod
    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """Means (..., K) and covariances (..., K, K) of offered actions."""

    @abstractmethod
    def before(self, actions: tuple[Action, ...]) -> Array:
        """Covariances of actions before any reward, up to a scale, whoever comes, (K, K)."""

    @abstractmethod
    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        """Mean and variance of a weighted sum of expected rewards."""


@dataclass(frozen=True, slots=True)
class Linear(Component):
    """A posterior of weights, the span that it learned in, and the unit of its variances."""

    learner: Posterior
    span: Basis
    unit: float

    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        mean, covariance = self.learner.moments(self.span.offer(where, actions))
        return mean, self.unit * (covariance + covariance.swapaxes(-1, -2)) / 2

    def before(self, actions: tuple[Action, ...]) -> Array:
        return self.span.alike(actions)

    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        kernel = RowKernel(self.span.form)
        inside: dict[Block, Array] = {}
        total = mean = 0.0
        for context, actions, weights in offers:
            offer = self.span.offer(context, actions)
            mean += float(weights @ self.learner.moments(offer)[0])
            total += float(weights.sum())
            for part in offer.parts:
                sums = inside.setdefault(part.block, np.zeros(part.block.size))
                sums += weights[part.at] @ part.coordinates
            for action in self.span.actions(actions):
                kernel.remember(self.span.context(context), action)
        share = np.concatenate([weights for _, _, weights in offers])
        length = 0.0
        for context, actions, weights in offers:
            read = self.span.context(context), self.span.actions(actions)
            length += float(weights @ kernel.between(*read)[0] @ share)
        return mean, self.unit * self.learner.variance_of(inside, total, length)

    def weights(self) -> dict[Block, Array]:
        """Mean of the weights of each block, (r,)."""
        found = {}
        for block in self.span.blocks:
            p, q = self.learner.pq(block)
            found[block] = p - self.learner.centre * q
        return found


@dataclass(frozen=True, slots=True)
class OfCells(Component):
    """The cells of one subset of context fields."""

    tables: Tables
    cells: Cells
    subset: int

    @property
    def group(self) -> Group:
        """The context fields of the subset."""
        return self.cells.group(self.subset)

    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        if isinstance(where, tuple):
            mean, variance = self._moments(where, actions)
        else:
            (mean,), (variance,) = self._moments((where,), actions)
        return mean, variance[..., None] * np.eye(len(actions))

    def before(self, actions: tuple[Action, ...]) -> Array:
        return np.eye(len(actions))

    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        mean = 0.0
        told: dict[object, tuple[float, float]] = {}
        for context, actions, weights in offers:
            (means,), (variances,) = self._moments((context,), actions)
            mean += float(weights @ means)
            for cell, weight, variance in zip(
                self._cells_of(context, actions), weights.tolist(), variances.tolist(), strict=True
            ):
                told[cell] = told.get(cell, (0.0, 0.0))[0] + weight, variance
        return mean, sum(weight * weight * variance for weight, variance in told.values())

    def contributions(self, context: Features, action: Action) -> dict[Group, float]:
        """What the action's mean over all contexts is above that of everything, is whoever comes;
        the rest is the subset's."""
        (mean,), _ = self._moments((context,), (action,))
        here = np.array([self.subset]), self.cells.columns((action,))
        everywhere = float(self.tables.means(*here)[0][0, 0])
        found: dict[Group, float] = defaultdict(float)
        found[Group()] += everywhere - self.tables.rewards.mean
        found[self.group] += float(mean[0]) - everywhere
        return dict(found)

    def _moments(
        self, contexts: tuple[Features, ...], actions: tuple[Action, ...]
    ) -> tuple[Array, Array]:
        rows = np.array([self.cells.rows(context)[self.subset] for context in contexts])
        subsets = np.full(len(rows), self.subset)
        return self.tables.moments(rows, self.cells.columns(actions), subsets)

    def _cells_of(self, context: Features, actions: tuple[Action, ...]) -> Iterator[object]:
        """What tells the cells of actions from each other: those that are new, by themselves."""
        row = int(self.cells.rows(context)[self.subset])
        for action, column in zip(actions, self.cells.columns(actions).tolist(), strict=True):
            yield (row or context, column or action.id)


def contributions(
    components: Sequence[Component], context: Features, action: Action
) -> dict[Group, float]:
    """What each group of context fields adds to the mean of an action in a context, above the mean
    of everything."""
    inside: dict[Basis, dict[Block, Array]] = {}
    parts: list[dict[Group, float]] = []
    for component in components:
        if isinstance(component, Linear):
            total = inside.setdefault(component.span, {})
            for block, weights in component.weights().items():
                total[block] = total.get(block, 0.0) + component.weight * weights
        elif isinstance(component, OfCells):
            added = component.contributions(context, action)
            parts.append({group: component.weight * value for group, value in added.items()})
    parts += [span.contributions(context, action, total) for span, total in inside.items()]
    return _summed(parts)


def _summed(parts: Sequence[Mapping[Group, float]]) -> dict[Group, float]:
    """Contributions of several parts together."""
    found: dict[Group, float] = defaultdict(float)
    for group, value in chain.from_iterable(part.items() for part in parts):
        found[group] += value
    return dict(found)
