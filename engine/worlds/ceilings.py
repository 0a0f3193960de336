"""Ceilings of a world: mean rewards of the best choices with knowledge of no context field, of
one, of two, and of every field. They bound the value of learning in the world.

Ceilings are exact if the truth can be tabulated over the fields on which it depends, or is a sum
without clipping at 0 or 1. For larger worlds they are estimated from a fixed sample of visitors,
with standard errors. Nothing is computed for every cell of a large world.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.pausable_steps import Steps
from engine.worlds.summed_truth_means import SummedTruth, summed_truth
from engine.worlds.taste import TasteWeights
from engine.worlds.visitors import Visitors

ENTRIES = 500_000
"""Cells times items up to which a truth is tabulated over the fields on which it depends."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Mean reward of one way to choose.

    Attributes:
        error: standard error of an estimate; 0 for an exact value.
        fields: names of the context fields used.
        item: id of the item if every visitor gets the same, else None.
    """

    value: float
    error: float = 0.0
    fields: tuple[str, ...] = ()
    item: str | None = None

    @property
    def is_exact(self) -> bool:
        """True if no sample was needed."""
        return self.error == 0


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Ceilings of a world.

    Attributes:
        uniform: a uniform choice among the items.
        single: the item that is best on average.
        field: the best item for each value of the most valuable field.
        pair: the best item for each pair of values of the two most valuable fields; None with a
            single field.
        best: the best item of each visitor.
    """

    uniform: Ceiling
    single: Ceiling
    field: Ceiling
    pair: Ceiling | None
    best: Ceiling


class _Truth(NamedTuple):
    """Truth over some fields: a table of C cells and K items.

    Attributes:
        places: positions of the fields' values, (C, fields).
        weights: frequency of each cell, (C,).
        expected: (C, K).
    """

    places: NDArray[np.intp]
    weights: Array
    expected: Array


def finding_ceilings(world: Visitors) -> Steps[Ceilings]:
    """Compute the ceilings of a world; a few combinations of fields are a step."""
    known = _tabulated(world)
    yield None
    if known is not None:
        return (yield from _exact(world, known))
    truth = summed_truth(world)
    if truth is not None:
        return (yield from _summed(world, truth))
    return (yield from _estimated(world))


def _tabulated(world: Visitors) -> _Truth | None:
    """Truth over the fields on which it depends; None if the table would be too large."""
    sizes = [len(field.values) for field in world.fields]
    if world.is_tabulated:
        positions = np.array(np.unravel_index(np.arange(world.size), sizes)).T
        return _Truth(positions, world.frequencies, world.expected)
    relevant = _relevant_fields(world)
    relevant_sizes = [size if matters else 1 for size, matters in zip(sizes, relevant, strict=True)]
    if math.prod(relevant_sizes) * len(world.items) > ENTRIES:
        return None
    positions = np.array(np.unravel_index(np.arange(math.prod(relevant_sizes)), relevant_sizes)).T
    weights = np.ones(len(positions))
    bound = [axis for axis, field in enumerate(world.fields) if field.name in world.bound]
    for axis, shares in enumerate(world.shares):
        if relevant[axis] and axis not in bound:
            weights *= shares[positions[:, axis]]
    summed = tuple(i for i, axis in enumerate(bound) if not relevant[axis])
    index = tuple(positions[:, axis] for axis in bound if relevant[axis])
    weights *= world.bound_shares.sum(axis=summed)[index]
    cells = np.ravel_multi_index(tuple(positions.T), tuple(sizes))
    return _Truth(positions, weights, world.expected_in(cells))


def _relevant_fields(world: Visitors) -> list[bool]:
    """Mask of the fields on which the truth can depend."""
    if not isinstance(world.taste, TasteWeights):
        return [True] * len(world.fields)
    named = {name for term in world.taste.terms for name in term.fields}
    return [field.name in named for field in world.fields]


# -- by a table -----------------------------------------------------------------------


def _exact(world: Visitors, truth: _Truth) -> Steps[Ceilings]:
    """Ceilings from a table of the truth."""
    means, by_fields = truth.weights @ truth.expected, dict[tuple[int, ...], float]()
    for fields in _field_sets(world):
        by_fields[fields] = float(_sums_by(world, fields, truth).max(axis=1).sum())
        yield None
    return _ceilings_of(
        world,
        means,
        float(truth.weights @ truth.expected.mean(axis=1)),
        by_fields,
        Ceiling(float(truth.weights @ truth.expected.max(axis=1)), fields=_names(world)),
    )


def _sums_by(world: Visitors, fields: Sequence[int], truth: _Truth) -> Array:
    """Expected reward of each item times frequency, by the values of some fields, (groups, K)."""
    sizes = tuple(len(world.fields[field].values) for field in fields)
    group = np.ravel_multi_index(tuple(truth.places[:, field] for field in fields), sizes)
    groups, most = math.prod(sizes), truth.expected.shape[1]
    bins = group[:, None] * most + np.arange(most)
    worth = truth.weights[:, None] * truth.expected
    # Adds in the same order as `np.add.at`, much faster.
    sums = np.bincount(bins.ravel(), worth.ravel(), minlength=groups * most)
    return np.asarray(sums.reshape(groups, most))


def _field_sets(world: Visitors) -> list[tuple[int, ...]]:
    """Single fields, and pairs of fields."""
    every = range(len(world.fields))
    return [*combinations(every, 1), *combinations(every, 2)]


def _ceilings_of(
    world: Visitors,
    means: Array,
    uniform: float,
    by_fields: dict[tuple[int, ...], float],
    best: Ceiling,
) -> Ceilings:
    """Build the ceilings from each item's mean reward, and the best mean rewards by fields."""
    names = _names(world)

    def highest(count: int) -> Ceiling | None:
        candidates = {fields: value for fields, value in by_fields.items() if len(fields) == count}
        if not candidates:
            return None
        top = max(candidates, key=lambda fields: round(candidates[fields], 12))
        return Ceiling(candidates[top], fields=tuple(names[at] for at in top))

    field = highest(1)
    assert field is not None
    item = world.items[int(means.argmax())].id
    return Ceilings(
        Ceiling(uniform), Ceiling(float(means.max()), item=item), field, highest(2), best
    )


def _names(world: Visitors) -> tuple[str, ...]:
    return tuple(field.name for field in world.fields)


# -- by sums --------------------------------------------------------------------------


def _summed(world: Visitors, truth: SummedTruth) -> Steps[Ceilings]:
    """Ceilings of an unclipped sum: exact except for the best item of each visitor."""
    means, by_fields = truth.by(()), dict[tuple[int, ...], float]()
    for fields in _field_sets(world):
        values = truth.by(fields).max(axis=-1)
        for at in reversed(fields):
            values = values @ world.shares[at]
        by_fields[fields] = float(values)
        yield None
    best = yield from _best_of_sample(world)
    return _ceilings_of(world, means, float(means.mean()), by_fields, best)


# -- by a sample ----------------------------------------------------------------------


def _best_of_sample(world: Visitors) -> Steps[Ceiling]:
    """Mean reward of each visitor's best item, estimated by the census."""
    census = yield from world.taking_census()
    highest = census.expected.max(axis=1)
    return Ceiling(*_mean(highest), fields=_names(world))


def _mean(values: Array) -> tuple[float, float]:
    """Mean and standard error of the mean."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _estimated(world: Visitors) -> Steps[Ceilings]:
    """Ceilings by a sample: choices are made on one half and evaluated on the other, which removes
    the optimism of the choice."""
    cells, _, expected = yield from world.taking_census()
    sizes = [len(field.values) for field in world.fields]
    positions = np.array(np.unravel_index(cells, sizes)).T
    half = len(cells) // 2
    weights = np.full(half, 1 / half)
    choosing = _Truth(positions[:half], weights, expected[:half])
    means = choosing.expected.mean(axis=0)
    single = int(means.argmax())

    def best_of(count: int) -> Steps[Ceiling | None]:
        rewards = dict[tuple[int, ...], Array]()
        for fields in _field_sets(world):
            if len(fields) == count:
                rewards[fields] = _sums_by(world, fields, choosing)
                yield None
        if not rewards:
            return None
        top = max(rewards, key=lambda fields: float(rewards[fields].max(axis=1).sum()))
        # Groups absent from the first half get the item that is best on average.
        choice = np.where(rewards[top].any(axis=1), rewards[top].argmax(axis=1), single)
        group = np.ravel_multi_index(
            tuple(positions[half:, field] for field in top), tuple(sizes[field] for field in top)
        )
        earned = expected[half:][np.arange(len(cells) - half), choice[group]]
        return Ceiling(*_mean(earned), fields=tuple(world.fields[field].name for field in top))

    field = yield from best_of(1)
    assert field is not None
    pair = yield from best_of(2)
    best = yield from _best_of_sample(world)
    return Ceilings(
        uniform=Ceiling(*_mean(expected.mean(axis=1))),
        single=Ceiling(*_mean(expected[half:, single]), item=world.items[single].id),
        field=field,
        pair=pair,
        best=best,
    )
