"""Tastes that change while visitors come, in any world, and such that have changed.

A cell whose tastes change hands each item's taste on to another one, so what can be earned
there stays the same and what was learned about it is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.streams import stream
from engine.worlds.fields import Field
from engine.worlds.limits import MAX_TABLE
from engine.worlds.place import Drift
from engine.worlds.taste import Range, Taste, TasteTable, TasteWeights, Term
from engine.worlds.world import World


class Truth(Protocol):
    """The truth of a world over the visitors."""

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """The chances for visitors 0, 1, ... who stand in these cells, (visitors, items, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """The truth of a tabulated world.

    Attributes:
        before, after: chances of the rewards 0, 1/2 and 1, (cells, items, 3).
        since: number of the first visitor who has the tastes after the change, (cells,).
    """

    before: Array
    after: Array
    since: NDArray[np.intp]

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """The chances for visitors 0, 1, ... who stand in these cells, (visitors, items, 3)."""
        changed = np.arange(len(cells)) >= self.since[cells]
        return np.where(changed[:, None, None], self.after[cells], self.before[cells])


@dataclass(frozen=True, slots=True, eq=False)
class LargeTastes:
    """The truth of a world that is never tabulated: what changes in a cell is drawn when somebody
    comes from there, from the seed and the cell alone."""

    world: World
    drift: Drift
    visitors: int
    seed: int

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """The chances for visitors 0, 1, ... who stand in these cells, (visitors, items, 3)."""
        found = self.world.outcomes_in(cells)
        if self.drift == "none":
            return found
        for number, cell in enumerate(cells.tolist()):
            rng = stream(self.seed, "drift", cell)
            since = self.visitors // 2 if self.drift == "halfway" else rng.random() * self.visitors
            if number >= since:
                found[number] = found[number, _cycle(found.shape[1], rng)]
        return found


def truth_over(world: World, drift: Drift, visitors: int, seed: int) -> Truth:
    """The truth of a world for a crowd of so many visitors; which tastes move, the seed says."""
    if not world.is_tabulated:
        return LargeTastes(world, drift, visitors, seed)
    return drifting(world, drift, visitors, seed)


def drifting(world: World, drift: Drift, visitors: int, seed: int) -> Tastes:
    """The same of a tabulated world, all cells at once."""
    rng = stream(seed, "drift")
    before, cells = world.outcomes, len(world.outcomes)
    after = np.stack([row[_cycle(len(row), rng)] for row in before])
    since = np.full(cells, visitors, dtype=np.intp)
    if drift == "halfway":
        since[:] = visitors // 2
    elif drift == "slow":
        since[rng.permutation(cells)] = (np.arange(1, cells + 1) * visitors) // (cells + 1)
    return Tastes(before, after, since)


def with_other_tastes(world: World, seed: int, number: int) -> World:
    """The same place with other tastes, from the visitor with this number on.

    Of a world that is told by a sum and has no room as a table, those of each value go to another
    value of its field, and those of each item that a term names to another item. Where a term names
    neither, what is added for a range goes to another one, and what for features to others.
    """
    rng = stream(seed, "other tastes", number)
    if isinstance(world.taste, TasteWeights) and world.size * len(world.items) > MAX_TABLE:
        return replace(world, taste=_handed_on(world, world.taste, rng))
    after = [row[_cycle(len(row), rng)] for row in world.outcomes_in(np.arange(world.size))]
    return _with_outcomes(world, after)


def as_it_becomes(world: World, seed: int) -> World:
    """A tabulated world as it is once all its tastes have changed before a crowd of this seed."""
    return _with_outcomes(world, list(drifting(world, "halfway", 2, seed).after))


def _with_outcomes(world: World, after: Sequence[Array]) -> World:
    """The same place with these chances of the rewards 0, 1/2 and 1 in its cells, (items, 3)."""
    cells = product(*([value.name for value in field.values] for field in world.fields))
    rows = {
        cell: {
            item.id: Taste(half, full)
            for item, (_, half, full) in zip(world.items, row.tolist(), strict=True)
        }
        for cell, row in zip(cells, after, strict=True)
    }
    return replace(world, taste=TasteTable(tuple(f.name for f in world.fields), rows))


def _handed_on(world: World, weights: TasteWeights, rng: np.random.Generator) -> TasteWeights:
    """Terms about other values and other items. A range keeps its numbers, and features stay those
    that are asked for, unless nothing else of the term is there to be handed on."""
    values = {f.name: _others([v.name for v in f.values], rng) for f in world.fields}
    items = _others([item.id for item in world.items], rng)
    terms = [
        replace(
            term,
            when={name: values[name][value] for name, value in term.when.items()},
            item=None if term.item is None else items[term.item],
            features={} if term.item is not None else term.features,  # The item's own.
        )
        for term in weights.terms
    ]
    step = int(rng.choice((-1, 1)))
    for at, before in enumerate(weights.terms):
        if (terms[at].when, terms[at].item) == (before.when, before.item):
            terms[at] = _moved(world, before, step)
    return replace(weights, terms=tuple(terms))


def _moved(world: World, term: Term, step: int) -> Term:
    """A term about ranges of as many other numbers, or else about features that another item has,
    as far as there are any. All go the same way, so that they do not change places."""
    fields = {field.name: field for field in world.fields}
    within = {name: _further(fields[name], one, step) for name, one in term.within.items()}
    if within != term.within:
        return replace(term, within=within)
    found = list[Term]()
    for item in world.items:
        has_all = term.features.keys() <= item.features.keys()
        if has_all and not any(one.is_about(item) for one in found):
            has = {name: item.features[name] for name in term.features}
            found.append(replace(term, features=has))
    return found[(found.index(term) + step) % len(found)] if term in found else term


def _further(field: Field, one: Range, step: int) -> Range:
    """A range of as many values, one further on in the circle of all such ranges."""
    size, places = len(one.values), [value.name for value in field.values]
    ranges = len(places) - size + 1
    if ranges == 1:
        return one
    start = (places.index(one.values[0]) + step) % ranges
    values = field.values[start : start + size]
    ends = float(values[0].sends), float(values[-1].sends)
    return Range(*ends, tuple(value.name for value in values))


def _others(names: Sequence[str], rng: np.random.Generator) -> dict[str, str]:
    """Another name for each, if there is any."""
    return {name: names[at] for name, at in zip(names, _cycle(len(names), rng), strict=True)}


def _cycle(size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """A permutation that is one circle: nobody keeps their place."""
    order = rng.permutation(size)
    handed = np.empty(size, dtype=np.intp)
    handed[order] = np.roll(order, 1)
    return handed
