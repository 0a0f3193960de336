"""What can be earned in a world by whoever knows its truth and looks at nothing, one field of the
context, two, or all: the honest ceilings of what learning is worth there.

They are exact where the truth can be tabulated over the fields that it depends on, or is a sum
that nothing cuts off at 0 or 1. Of what is too large for that a sample of visitors tells, the same
each time, with its standard error. Nothing is ever computed for all cells of a large world.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.steps import Steps
from engine.worlds.summed_truth import SummedTruth, summed_truth
from engine.worlds.taste import TasteWeights
from engine.worlds.visitors import Visitors

ENTRIES = 500_000
"""Cells times items up to which a truth is tabulated over the fields that it depends on."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The mean reward of one way to choose.

    Attributes:
        error: its standard error, where it is an estimate; 0 where it is exact.
        fields: names of the fields of the context that it looks at.
        item: id of what everybody gets, if everybody gets the same.
    """

    value: float
    error: float = 0.0
    fields: tuple[str, ...] = ()
    item: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether no sample was needed."""
        return self.error == 0


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What can be earned in a world.

    Attributes:
        uniform: by choosing any item alike.
        single: by always offering the one item that is best on average.
        field: by offering what is best for each value of the one field that is worth most.
        pair: the same by the two fields that together are worth most; None if there is but one.
        best: by offering each visitor their best item.
    """

    uniform: Ceiling
    single: Ceiling
    field: Ceiling
    pair: Ceiling | None
    best: Ceiling


class _Known(NamedTuple):
    """The truth over some fields: a table of C cells and K items.

    Attributes:
        places: of the fields' values, (C, fields).
        weights: how often each cell comes, (C,).
        expected: (C, K).
    """

    places: NDArray[np.intp]
    weights: Array
    expected: Array


def finding_ceilings(world: Visitors) -> Steps[Ceilings]:
    """The ceilings of a world; some fields of the context at a time are a step."""
    known = _tabulated(world)
    yield None
    if known is not None:
        return (yield from _exact(world, known))
    truth = summed_truth(world)
    if truth is not None:
        return (yield from _summed(world, truth))
    return (yield from _estimated(world))


def _tabulated(world: Visitors) -> _Known | None:
    """The truth over the fields that it depends on, if it can be had."""
    sizes = [len(field.values) for field in world.fields]
    if world.is_tabulated:
        places = np.array(np.unravel_index(np.arange(world.size), sizes)).T
        return _Known(places, world.frequencies, world.expected)
    mattering = _mattering(world)
    few = [size if matters else 1 for size, matters in zip(sizes, mattering, strict=True)]
    if math.prod(few) * len(world.items) > ENTRIES:
        return None
    places = np.array(np.unravel_index(np.arange(math.prod(few)), few)).T
    weights = np.ones(len(places))
    bound = [at for at, field in enumerate(world.fields) if field.name in world.bound]
    for at, shares in enumerate(world.shares):
        if mattering[at] and at not in bound:
            weights *= shares[places[:, at]]
    summed = tuple(axis for axis, at in enumerate(bound) if not mattering[at])
    which = tuple(places[:, at] for at in bound if mattering[at])
    weights *= world.bound_shares.sum(axis=summed)[which]
    cells = np.ravel_multi_index(tuple(places.T), tuple(sizes))
    return _Known(places, weights, world.expected_in(cells))


def _mattering(world: Visitors) -> list[bool]:
    """On which fields the truth can depend."""
    if not isinstance(world.taste, TasteWeights):
        return [True] * len(world.fields)
    named = {name for term in world.taste.terms for name in term.fields}
    return [field.name in named for field in world.fields]


# -- by a table -----------------------------------------------------------------------


def _exact(world: Visitors, known: _Known) -> Steps[Ceilings]:
    """Ceilings out of a table of all that matters."""
    means, by_fields = known.weights @ known.expected, dict[tuple[int, ...], float]()
    for fields in _looked_at(world):
        by_fields[fields] = float(_by(world, fields, known).max(axis=1).sum())
        yield None
    return _made(
        world,
        means,
        float(known.weights @ known.expected.mean(axis=1)),
        by_fields,
        Ceiling(float(known.weights @ known.expected.max(axis=1)), fields=_names(world)),
    )


def _by(world: Visitors, fields: Sequence[int], known: _Known) -> Array:
    """What each item earns in all cells that share the values of some fields, times how often they
    come, (groups, K)."""
    sizes = tuple(len(world.fields[at].values) for at in fields)
    group = np.ravel_multi_index(tuple(known.places[:, at] for at in fields), sizes)
    groups, most = math.prod(sizes), known.expected.shape[1]
    bins = group[:, None] * most + np.arange(most)
    worth = known.weights[:, None] * known.expected
    # It adds in the order of `np.add.at`, in a fraction of its time.
    sums = np.bincount(bins.ravel(), worth.ravel(), minlength=groups * most)
    return np.asarray(sums.reshape(groups, most))


def _looked_at(world: Visitors) -> list[tuple[int, ...]]:
    """Single fields, and pairs of them."""
    every = range(len(world.fields))
    return [*combinations(every, 1), *combinations(every, 2)]


def _made(
    world: Visitors,
    means: Array,
    uniform: float,
    by_fields: dict[tuple[int, ...], float],
    best: Ceiling,
) -> Ceilings:
    """Ceilings out of what each item earns, and what is best by some fields."""
    names = _names(world)

    def highest(count: int) -> Ceiling | None:
        found = {fields: value for fields, value in by_fields.items() if len(fields) == count}
        if not found:
            return None
        top = max(found, key=lambda fields: round(found[fields], 12))
        return Ceiling(found[top], fields=tuple(names[at] for at in top))

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
    """Ceilings of a sum that nothing cuts off: all exact but what is best for each visitor."""
    means, by_fields = truth.by(()), dict[tuple[int, ...], float]()
    for fields in _looked_at(world):
        found = truth.by(fields).max(axis=-1)
        for at in reversed(fields):
            found = found @ world.shares[at]
        by_fields[fields] = float(found)
        yield None
    best = yield from _best_of_sample(world)
    return _made(world, means, float(means.mean()), by_fields, best)


# -- by a sample ----------------------------------------------------------------------


def _best_of_sample(world: Visitors) -> Steps[Ceiling]:
    """What each visitor's best item earns, by those of the census."""
    census = yield from world.taking_census()
    highest = census.expected.max(axis=1)
    return Ceiling(*_mean(highest), fields=_names(world))


def _mean(values: Array) -> tuple[float, float]:
    """A mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _estimated(world: Visitors) -> Steps[Ceilings]:
    """Ceilings by a sample: what is best is chosen by one half of it, and valued by the other, so
    that nothing is flattered by having been chosen."""
    cells, _, expected = yield from world.taking_census()
    sizes = [len(field.values) for field in world.fields]
    places = np.array(np.unravel_index(cells, sizes)).T
    half = len(cells) // 2
    weights = np.full(half, 1 / half)
    choosing = _Known(places[:half], weights, expected[:half])
    means = choosing.expected.mean(axis=0)
    single = int(means.argmax())

    def valued(count: int) -> Steps[Ceiling | None]:
        found = dict[tuple[int, ...], Array]()
        for fields in _looked_at(world):
            if len(fields) == count:
                found[fields] = _by(world, fields, choosing)
                yield None
        if not found:
            return None
        top = max(found, key=lambda fields: float(found[fields].max(axis=1).sum()))
        # Whoever nobody was like gets what is best for everybody.
        choice = np.where(found[top].any(axis=1), found[top].argmax(axis=1), single)
        group = np.ravel_multi_index(
            tuple(places[half:, at] for at in top), tuple(sizes[at] for at in top)
        )
        earned = expected[half:][np.arange(len(cells) - half), choice[group]]
        return Ceiling(*_mean(earned), fields=tuple(world.fields[at].name for at in top))

    field = yield from valued(1)
    assert field is not None
    pair = yield from valued(2)
    best = yield from _best_of_sample(world)
    return Ceilings(
        uniform=Ceiling(*_mean(expected.mean(axis=1))),
        single=Ceiling(*_mean(expected[half:, single]), item=world.items[single].id),
        field=field,
        pair=pair,
        best=best,
    )
