"""Drift: tastes that change during a run, in any world, and changed worlds.

In a changed cell each item's taste is handed on to another item: the best possible reward stays the
same, and earlier knowledge becomes wrong.
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
from engine.worlds.taste import Range, Taste, TasteTable, TasteTerm, TasteWeights
from engine.worlds.world import World
from engine.worlds.world_contents import Drift


class Truth(Protocol):
    """True reward probabilities over a sequence of visitors."""

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """Reward probabilities of visitors 0, 1, ... in these cells, (visitors, items, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """True reward probabilities of a tabulated world.

    Attributes:
        before, after: probabilities of the rewards 0, 1/2 and 1, (cells, items, 3).
        since: number of the first visitor after the change, (cells,).
    """

    before: Array
    after: Array
    since: NDArray[np.intp]

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """Reward probabilities of visitors 0, 1, ... in these cells, (visitors, items, 3)."""
        changed = np.arange(len(cells)) >= self.since[cells]
        return np.where(changed[:, None, None], self.after[cells], self.before[cells])


@dataclass(frozen=True, slots=True, eq=False)
class LargeTastes:
    """True reward probabilities of a world too large for a table: the change of a cell is drawn on
    its first visit, from the seed and the cell alone."""

    world: World
    drift: Drift
    visitors: int
    seed: int

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """Reward probabilities of visitors 0, 1, ... in these cells, (visitors, items, 3)."""
        outcomes = self.world.outcomes_in(cells)
        if self.drift == "none":
            return outcomes
        for number, cell in enumerate(cells.tolist()):
            rng = stream(self.seed, "drift", cell)
            since = self.visitors // 2 if self.drift == "halfway" else rng.random() * self.visitors
            if number >= since:
                outcomes[number] = outcomes[number, _cycle(outcomes.shape[1], rng)]
        return outcomes


def truth_over(world: World, drift: Drift, visitors: int, seed: int) -> Truth:
    """True reward probabilities for a crowd of ``visitors``; the seed determines the changes."""
    if not world.is_tabulated:
        return LargeTastes(world, drift, visitors, seed)
    return drifting(world, drift, visitors, seed)


def drifting(world: World, drift: Drift, visitors: int, seed: int) -> Tastes:
    """True reward probabilities of a tabulated world, for all cells at once."""
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
    """The world with other tastes, from visitor ``number`` on.

    In a world given as a sum of terms, terms of a value move to another value of the field, and
    terms of an item to another item. Terms without both move by range or by features.
    """
    rng = stream(seed, "other tastes", number)
    if isinstance(world.taste, TasteWeights) and world.size * len(world.items) > MAX_TABLE:
        return replace(world, taste=_handed_on(world, world.taste, rng))
    after = [row[_cycle(len(row), rng)] for row in world.outcomes_in(np.arange(world.size))]
    return _with_outcomes(world, after)


def as_it_becomes(world: World, seed: int) -> World:
    """A tabulated world after the change of tastes for a crowd of this seed is complete."""
    return _with_outcomes(world, list(drifting(world, "halfway", 2, seed).after))


def _with_outcomes(world: World, after: Sequence[Array]) -> World:
    """The world with new probabilities of the rewards 0, 1/2 and 1 in its cells, (items, 3)."""
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
    """Terms moved to other values and items. Ranges and features stay, unless a term has nothing
    else to move."""
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


def _moved(world: World, term: TasteTerm, step: int) -> TasteTerm:
    """A term moved by its ranges, or else to features of another item, if possible. The step is
    common to all terms, so terms never swap."""
    fields = {field.name: field for field in world.fields}
    within = {name: _further(fields[name], range_, step) for name, range_ in term.within.items()}
    if within != term.within:
        return replace(term, within=within)
    variants = list[TasteTerm]()
    for item in world.items:
        has_all = term.features.keys() <= item.features.keys()
        if has_all and not any(variant.is_about(item) for variant in variants):
            has = {name: item.features[name] for name in term.features}
            variants.append(replace(term, features=has))
    return variants[(variants.index(term) + step) % len(variants)] if term in variants else term


def _further(field: Field, range_: Range, step: int) -> Range:
    """The next range of equal width, in the cycle of these ranges."""
    size, places = len(range_.values), [value.name for value in field.values]
    ranges = len(places) - size + 1
    if ranges == 1:
        return range_
    start = (places.index(range_.values[0]) + step) % ranges
    values = field.values[start : start + size]
    ends = float(values[0].sends), float(values[-1].sends)
    return Range(*ends, tuple(value.name for value in values))


def _others(names: Sequence[str], rng: np.random.Generator) -> dict[str, str]:
    """Another name for each name, if there is any."""
    return {name: names[at] for name, at in zip(names, _cycle(len(names), rng), strict=True)}


def _cycle(size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Permutation with a single cycle: no element keeps its position."""
    order = rng.permutation(size)
    handed = np.empty(size, dtype=np.intp)
    handed[order] = np.roll(order, 1)
    return handed
