"""Components of a belief: one hypothesis each, or one subset of fields, with a weight."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np

from engine.arrays import Array
from engine.learners.base import ALONE, Contribution, Group, Source, WeighedOffer
from engine.learners.bayesian.basis import Basis, Block, Where
from engine.learners.bayesian.cells import CellIndex, Tables
from engine.learners.bayesian.likelihood import COIN, RewardHistory
from engine.learners.bayesian.posterior import Posterior
from engine.learners.bayesian.rates import HIGHEST, NEGLIGIBLE, SuccessRates, rates_of
from engine.protocol.features import Features
from engine.protocol.request import Action

TOGETHER = 32
"""Contexts processed at once."""


@dataclass(frozen=True, slots=True)
class Component(ABC):
    """A component of a belief: its weight, and the position of its hypothesis."""

    weight: float
    source: int

    def means(self, where: Where, actions: tuple[Action, ...]) -> Array:
        """Means (..., K) of offered actions."""
        return self.moments(where, actions)[0]

    @abstractmethod
    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        """Means (..., K) and covariances (..., K, K) of offered actions."""

    def before(self, actions: tuple[Action, ...]) -> Array:
        """Prior covariances of actions up to a scale, for any context, (K, K)."""
        return np.eye(len(actions))

    @abstractmethod
    def contributions(
        self,
        context: Features,
        actions: tuple[Action, ...],
        weights: Array,
        into: Mapping[Group, Group],
    ) -> dict[Source, tuple[float, float]]:
        """Contribution of each source to a weighted sum of the expected rewards of K actions: mean
        and variance; see `Learner.contributions`. Sources left out contribute nothing."""

    @abstractmethod
    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        """Mean and variance of a weighted sum of expected rewards."""


@dataclass(frozen=True, slots=True)
class Linear(Component):
    """Component of a linear hypothesis: posterior, basis, and unit of variances."""

    learner: Posterior
    span: Basis
    unit: float

    def means(self, where: Where, actions: tuple[Action, ...]) -> Array:
        return self.learner.means(self.span.offer(where, actions))

    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        mean, covariance = self.learner.moments(self.span.offer(where, actions))
        covariance *= self.unit
        return mean, covariance

    def before(self, actions: tuple[Action, ...]) -> Array:
        return self.span.alike(actions) + self.learner.common_before

    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        inside: dict[Block, Array] = {}
        total = mean = 0.0
        for contexts, actions, weights in _alike(offers):
            offer = self.span.offer(contexts, actions)
            mean += float((weights * self.learner.means(offer)).sum())
            total += float(weights.sum())
            for block, added in offer.sums(weights):
                inside[block] = inside[block] + added if block in inside else added
        length = self.span.length(offers)
        return mean, self.unit * self.learner.variance_of(inside, total, length)

    def contributions(
        self,
        context: Features,
        actions: tuple[Action, ...],
        weights: Array,
        into: Mapping[Group, Group],
    ) -> dict[Source, tuple[float, float]]:
        row = self.span.grouped(context, actions, tuple(weights.tolist()))
        row = row.merged(into) if into else row
        means, variances = self.learner.contributions(row)
        total, learner = float(weights.sum()), self.learner
        doubt = self.unit * total * total * learner.centre_variance
        parts: dict[Source, tuple[float, float]] = {"everything": (total * learner.centre, doubt)}
        each = zip(means.tolist(), (self.unit * variances).tolist(), strict=True)
        return parts | dict(zip(row.groups, each, strict=True))


@dataclass(frozen=True, slots=True)
class OfCells(Component):
    """Component of the cells of one subset of context fields, with the unit of variances."""

    tables: Tables
    cells: CellIndex
    subset: int
    unit: float

    @property
    def group(self) -> Group:
        """Context fields of the subset."""
        return self.cells.group(self.subset)

    @property
    def widening(self) -> float:
        """Factor on variances. Cells measure them by the variance V of all rewards, which shrinks
        as choices improve, without information about actions not chosen."""
        return max(self.unit * COIN / self.tables.rewards.variance, 1.0)

    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        ((mean, covariance),) = _of_cells([self], where, actions)
        return mean, covariance

    def contributions(
        self,
        context: Features,
        actions: tuple[Action, ...],
        weights: Array,
        into: Mapping[Group, Group],
    ) -> dict[Source, tuple[float, float]]:
        (parts,) = _cells_contribute([self], context, actions, weights, into)
        return parts

    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        mean = 0.0
        by_cell: dict[object, tuple[float, float]] = {}
        for contexts, actions, weights in _alike(offers):
            means, covariances = self.moments(contexts, actions)
            mean += float((weights * means).sum())
            variances = np.diagonal(covariances, axis1=-2, axis2=-1).ravel().tolist()
            cells = (cell for context in contexts for cell in self._cells_of(context, actions))
            for cell, weight, variance in zip(
                cells, weights.ravel().tolist(), variances, strict=True
            ):
                by_cell[cell] = by_cell.get(cell, (0.0, 0.0))[0] + weight, variance
        return mean, sum(weight * weight * variance for weight, variance in by_cell.values())

    def _cells_of(self, context: Features, actions: tuple[Action, ...]) -> Iterator[object]:
        """Cells of actions; new actions have a cell each."""
        row = int(self.cells.rows(context)[self.subset])
        for action, column in zip(actions, self.cells.columns(actions).tolist(), strict=True):
            yield (row or context, column or action.id)


@dataclass(frozen=True, slots=True)
class OfRates(Component):
    """Component of one model of rates, with the prices of actions."""

    tables: SuccessRates
    cells: CellIndex
    model: int
    rewards: RewardHistory

    def moments(self, where: Where, actions: tuple[Action, ...]) -> tuple[Array, Array]:
        ((mean, covariance),) = _of_rates([self], where, actions)
        return mean, covariance

    def contributions(
        self,
        context: Features,
        actions: tuple[Action, ...],
        weights: Array,
        into: Mapping[Group, Group],
    ) -> dict[Source, tuple[float, float]]:
        """Factors are multiplied in the order of subsets; each adds the change of the product."""
        factors, doubts, highest = self._factors(context, actions)
        prices, unsure = self.rewards.prices_of([action.id for action in actions])
        everything, base = self.rewards.mean, prices * np.minimum(factors[0], HIGHEST)
        rates, left = rates_of(factors, highest)
        away = np.diff(np.minimum(factors.cumprod(axis=0), highest), axis=0)
        squares = (weights * prices * rates) ** 2
        spread = doubts * left * (1.0 + unsure) * squares
        parts: dict[Source, tuple[float, float]] = {
            "everything": (float(weights.sum()) * everything, 0.0),
            Group(): (
                float(weights @ (base - everything)),
                float((spread[0] + unsure * squares).sum()),
            ),
        }
        for subset in range(1, len(factors)):
            if doubts[subset].any():
                group = self.cells.group(subset)
                group = into.get(group, group)
                mean, variance = parts.get(group, (0.0, 0.0))
                mean += float(weights @ (prices * away[subset - 1]))
                parts[group] = mean, variance + float(spread[subset].sum())
        return parts

    def average(self, offers: Sequence[WeighedOffer]) -> tuple[float, float]:
        mean = variance = 0.0
        slopes: dict[object, float] = {}
        doubts: dict[object, float] = {}
        for context, actions, weights in offers:
            factors, own, highest = self._factors(context, actions)
            prices, spread = self.rewards.prices_of([action.id for action in actions])
            rates, left = rates_of(factors, highest)
            worth = weights * prices * rates
            mean += float(worth.sum())
            variance += float((spread * worth**2).sum())
            slope = worth * np.sqrt(left * (1.0 + spread))
            rows, columns = self.cells.rows(context), self.cells.columns(actions)
            for k, action in enumerate(actions):
                for subset in np.flatnonzero(own[:, k]).tolist():
                    row, column = int(rows[subset]), int(columns[k])
                    key = subset, row or context, column or action.id
                    slopes[key] = slopes.get(key, 0.0) + float(slope[k])
                    doubts[key] = float(own[subset, k])
        return mean, variance + sum(doubts[key] * slope**2 for key, slope in slopes.items())

    def factors(self, context: Features, actions: tuple[Action, ...]) -> tuple[Array, Array, Array]:
        """Factors by subset, action and model, and their relative variances, both (S, K, M), and
        bounds of the rates, (K, M). Where usual rates of actions differ, prior doubts are equal."""
        rows, columns = self.cells.rows(context), self.cells.columns(actions)
        relative = self.rewards.relative_rates([action.id for action in actions])
        factors, doubts = self.tables.factors(self.cells, rows, columns, relative)
        if not self.rewards.is_priced_and_rare:
            return factors, doubts, np.full(factors.shape[1:], HIGHEST)
        failures = 1.0 - self.tables.usual * relative
        return factors, doubts / failures[:, None], self.tables.highest(columns, factors)

    def _factors(
        self, context: Features, actions: tuple[Action, ...]
    ) -> tuple[Array, Array, Array]:
        """Factors of the model by subset and action, and relative variances, both (S, K), and
        bounds of the rates, (K,)."""
        factors, doubts, highest = self.factors(context, actions)
        own = doubts[..., self.model]
        known = np.where(own > NEGLIGIBLE, own, 0.0)
        return factors[..., self.model], known, highest[:, self.model]


def _alike(
    offers: Sequence[WeighedOffer],
) -> Iterator[tuple[tuple[Features, ...], tuple[Action, ...], Array]]:
    """Group up to `TOGETHER` contexts with the same K offered actions, with all weights, (C, K)."""
    by_offer: dict[tuple[Action, ...], list[tuple[Features, Array]]] = {}
    for context, actions, weights in offers:
        by_offer.setdefault(actions, []).append((context, weights))
    for actions, there in by_offer.items():
        for at in range(0, len(there), TOGETHER):
            some = there[at : at + TOGETHER]
            contexts = tuple(context for context, _ in some)
            yield contexts, actions, np.array([weights for _, weights in some])


def moments(
    components: Sequence[Component], where: Where, actions: tuple[Action, ...]
) -> list[tuple[Array, Array]]:
    """`Component.moments` of all components; neighbouring subsets of the same tables at once."""
    results: list[tuple[Array, Array]] = []
    for tables, group in groupby(components, lambda component: getattr(component, "tables", None)):
        if tables is None:
            results += [component.moments(where, actions) for component in group]
        elif isinstance(tables, SuccessRates):
            results += _of_rates([c for c in group if isinstance(c, OfRates)], where, actions)
        else:
            results += _of_cells([c for c in group if isinstance(c, OfCells)], where, actions)
    return results


def _of_cells(
    components: Sequence[OfCells], where: Where, actions: tuple[Action, ...]
) -> list[tuple[Array, Array]]:
    """Moments of several subsets of the same tables."""
    tables, cells = components[0].tables, components[0].cells
    subsets = np.array([component.subset for component in components])
    shape: tuple[int, ...] = -1, len(actions)
    if isinstance(where, tuple):
        rows = np.array([cells.rows(context) for context in where]).take(subsets, axis=1).T.ravel()
        subsets, shape = subsets.repeat(len(where)), (-1, len(where), len(actions))
    else:
        rows = cells.rows(where).take(subsets)
    means, variances = tables.moments(rows, cells.columns(actions), subsets)
    variances *= components[0].widening
    covariances = variances.reshape(shape)[..., None] * _unit(len(actions))
    return list(zip(means.reshape(shape), covariances, strict=True))


def _of_rates(
    components: Sequence[OfRates], where: Where, actions: tuple[Action, ...]
) -> list[tuple[Array, Array]]:
    """Moments of several models of the same rates."""
    if isinstance(where, tuple):
        each = [_of_rates(components, context, actions) for context in where]
        return [
            (np.array([mean for mean, _ in of]), np.array([covariance for _, covariance in of]))
            for of in zip(*each, strict=True)
        ]
    first = components[0]
    models = np.array([component.model for component in components])
    factors, doubts, highest = first.factors(where, actions)
    rates, left = rates_of(factors.take(models, axis=2), highest.take(models, axis=1))
    prices, spread = first.rewards.prices_of([action.id for action in actions])
    means = rates.T * prices
    relative = (left * doubts.sum(axis=0).take(models, axis=1)).T * (1.0 + spread) + spread
    covariances = (relative * means**2)[..., None] * _unit(len(actions))
    return list(zip(means, covariances, strict=True))


@lru_cache(maxsize=64)
def _unit(size: int) -> Array:
    """Identity matrix; read only."""
    return np.eye(size)


def _cells_contribute(
    components: Sequence[OfCells],
    context: Features,
    actions: tuple[Action, ...],
    weights: Array,
    into: Mapping[Group, Group],
) -> list[dict[Source, tuple[float, float]]]:
    """`Component.contributions` of several subsets of the same tables.

    The difference of an action's mean from the mean of everything is the action's own contribution;
    the difference of its cell from that mean belongs to the subset's group. The mean of everything
    counts as known.
    """
    tables, cells = components[0].tables, components[0].cells
    everything, squares = tables.rewards.mean, components[0].widening * weights * weights
    columns, subsets = (
        cells.columns(actions),
        np.array([component.subset for component in components]),
    )
    query = cells.rows(context)[subsets], columns, subsets
    bases, doubts = tables.means(subsets, columns)[0], tables.doubts(subsets, columns)
    away, uncertain = tables.deviations(*query)
    results: list[dict[Source, tuple[float, float]]] = []
    for at, group in enumerate(component.group for component in components):
        base, doubt = bases[at], doubts[at]
        if group == Group():
            base, doubt = (moment[at] for moment in tables.moments(*query))
        parts: dict[Source, tuple[float, float]] = {
            "everything": (float(weights.sum()) * everything, 0.0),
            into.get(group, group): (float(weights @ away[at]), float(squares @ uncertain[at])),
        }
        results.append(
            parts | {Group(): (float(weights @ (base - everything)), float(squares @ doubt))}
        )
    return results


def contributions(
    components: Sequence[Component],
    context: Features,
    actions: tuple[Action, ...],
    weights: Array,
    into: Mapping[Group, Group] = ALONE,
) -> dict[Source, Contribution]:
    """Contribution of each source to a weighted sum of expected rewards in the mixture of all
    components: mean, and doubt within and between components."""
    by_component: list[dict[Source, tuple[float, float]]] = []
    for tables, group in groupby(components, lambda component: getattr(component, "tables", None)):
        if not isinstance(tables, Tables):
            by_component += [c.contributions(context, actions, weights, into) for c in group]
        else:
            cells = [c for c in group if isinstance(c, OfCells)]
            by_component += _cells_contribute(cells, context, actions, weights, into)
    shares = np.array([component.weight for component in components])
    result: dict[Source, Contribution] = {}
    for source in dict.fromkeys(source for parts in by_component for source in parts):
        means, variances = np.array([parts.get(source, (0.0, 0.0)) for parts in by_component]).T
        mean = float(shares @ means)
        variance = float(shares @ (variances + (means - mean) ** 2))
        result[source] = Contribution(mean, math.sqrt(max(variance, 0.0)))
    return result
