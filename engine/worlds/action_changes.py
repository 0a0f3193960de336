"""Changes of a running world's actions: removed, added, renamed or revalued."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from engine.streams import stream
from engine.worlds.draft_rows import ActionRow, item_of
from engine.worlds.fields import Field
from engine.worlds.limits import MAX_TABLE
from engine.worlds.taste import Context, Item, Taste, TasteTable, TasteTerm, TasteWeights
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text

Liked = tuple[Field, tuple[float, ...]]
"""Taste by one field alone: the chance of a success for each of its values."""


def offering(world: World, rows: Sequence[ActionRow], seed: int, number: int) -> World:
    """World with these actions, from the visitor with a number on.

    A row whose number is the position of an item keeps the tastes for that item, even if renamed
    or revalued. Any other row is a new item, whose tastes depend on one field; the seed draws the
    field and the chances.

    Raises:
        PersonalizerError: ``BadRequest`` if the result is not a valid world.
    """
    items = {row.id: item_of(row) for row in rows if not row.is_blank}
    new = {
        item.id: _liked(world, stream(seed, "new action", number, position))
        for position, item in items.items()
        if position >= len(world.items)
    }
    old = {
        world.items[position].id: item.id
        for position, item in items.items()
        if position < len(world.items)
    }
    offered, weights = tuple(items.values()), world.taste
    if isinstance(weights, TasteWeights) and world.size * len(offered) > MAX_TABLE:
        terms = (*_kept(weights, world.items, old, offered), *_terms(weights, new))
        taste: TasteTable | TasteWeights = replace(weights, terms=terms)
    else:
        taste = _table(world, old, new)
    return world_from_text(replace(world, items=offered, taste=taste).text)


def _liked(world: World, rng: np.random.Generator) -> Liked:
    field = world.fields[int(rng.integers(len(world.fields)))]
    return field, tuple((rng.integers(5, 96, len(field.values)) / 100).tolist())


def _table(world: World, old: Mapping[str, str], new: Mapping[str, Liked]) -> TasteTable:
    """Truth of each context."""
    known = {item.id: item for item in world.items}

    def row(context: Context) -> dict[str, Taste]:
        tastes = {now: world.taste(context, known[before]) for before, now in old.items()}
        for item, (field, chances) in new.items():
            position = [value.name for value in field.values].index(context[field.name])
            tastes[item] = Taste(0.0, chances[position])
        return tastes

    names = tuple(field.name for field in world.fields)
    cells = product(*([value.name for value in field.values] for field in world.fields))
    return TasteTable(names, {cell: row(dict(zip(names, cell, strict=True))) for cell in cells})


def _kept(
    weights: TasteWeights, items: Sequence[Item], old: Mapping[str, str], offered: Sequence[Item]
) -> Iterator[TasteTerm]:
    """Terms about items still offered, restricted to these items: new features or new items match
    no old term."""
    for term in weights.terms:
        about = [old[item.id] for item in items if item.id in old and term.is_about(item)]
        named = replace(term, item=term.item and old.get(term.item))
        if about and {item.id for item in offered if named.is_about(item)} == set(about):
            yield named
        else:
            yield from (replace(term, item=item_id, features={}) for item_id in about)


def _terms(weights: TasteWeights, new: Mapping[str, Liked]) -> Iterator[TasteTerm]:
    for item, (field, chances) in new.items():
        for value, chance in zip(field.values, chances, strict=True):
            yield TasteTerm(chance - weights.base, {field.name: value.name}, item, {})
