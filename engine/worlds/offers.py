"""Other actions in a world that somebody is in: some go, some come, some cost more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from engine.streams import stream
from engine.worlds.fields import Field
from engine.worlds.limits import MAX_TABLE
from engine.worlds.rows import ActionRow, item_of
from engine.worlds.taste import Context, Item, Taste, TasteTable, TasteWeights, Term
from engine.worlds.world import World
from engine.worlds.world_json import world_from_text

Liked = tuple[Field, tuple[float, ...]]
"""By one field alone: the chance of a success for each of its values."""


def offering(world: World, rows: Sequence[ActionRow], seed: int, number: int) -> World:
    """The same place with these actions, from the visitor with a number on.

    A row whose number is the place of one of the world's items is that item, whatever it is called
    and worth now: it is liked as before. Any other is new, and liked as the values of one field
    say: which field, and how much, the seed draws.

    Raises:
        PersonalizerError: ``BadRequest`` if that is no world.
    """
    items = {row.id: item_of(row) for row in rows if not row.is_blank}
    new = {
        item.id: _liked(world, stream(seed, "new action", number, place))
        for place, item in items.items()
        if place >= len(world.items)
    }
    old = {world.items[p].id: item.id for p, item in items.items() if p < len(world.items)}
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
    """The truth context by context."""
    known = {item.id: item for item in world.items}

    def row(context: Context) -> dict[str, Taste]:
        found = {now: world.taste(context, known[before]) for before, now in old.items()}
        for item, (field, chances) in new.items():
            place = [value.name for value in field.values].index(context[field.name])
            found[item] = Taste(0.0, chances[place])
        return found

    names = tuple(field.name for field in world.fields)
    cells = product(*([value.name for value in field.values] for field in world.fields))
    return TasteTable(names, {cell: row(dict(zip(names, cell, strict=True))) for cell in cells})


def _kept(
    weights: TasteWeights, items: Sequence[Item], old: Mapping[str, str], offered: Sequence[Item]
) -> Iterator[Term]:
    """Terms that are about something that is still offered: about just that, whatever features it
    has now, and whatever new has them, too."""
    for term in weights.terms:
        about = [old[item.id] for item in items if item.id in old and term.is_about(item)]
        named = replace(term, item=term.item and old.get(term.item))
        if about and {item.id for item in offered if named.is_about(item)} == set(about):
            yield named
        else:
            yield from (replace(term, item=one, features={}) for one in about)


def _terms(weights: TasteWeights, new: Mapping[str, Liked]) -> Iterator[Term]:
    for item, (field, chances) in new.items():
        for value, chance in zip(field.values, chances, strict=True):
            yield Term(chance - weights.base, {field.name: value.name}, item, {})
