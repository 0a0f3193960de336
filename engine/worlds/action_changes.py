"""Changes of a running world's actions: removed, added, renamed or revalued."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

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
_DIGITS = 6
"""Decimals of a drawn rate."""
_CELLS = 64
"""Largest number of cells in which the usual rates of a world are computed."""


@dataclass(frozen=True, slots=True)
class NewRates:
    """Success rates of a new action.

    Attributes:
        like: action of the world with the same rates; empty for own ones.
        low, high: ends of its own rates, which depend on one field that the seed draws; equal ends
            are one rate for everybody.
    """

    like: str = ""
    low: float = 0.0
    high: float = 0.0


def usual_rates(world: World) -> NewRates:
    """Rates between the lowest and the highest mean rate of a world's actions."""
    cells = np.linspace(0, world.size - 1, min(world.size, _CELLS)).astype(np.intp)
    outcomes = world.outcomes_in(cells)
    rates = (outcomes[..., 2] + world.partial * outcomes[..., 1]).mean(axis=0)
    return NewRates(low=float(rates.min()), high=float(rates.max()))


def offering(
    world: World,
    rows: Sequence[ActionRow],
    seed: int,
    number: int,
    rates: Mapping[int, NewRates] = MappingProxyType({}),
) -> World:
    """World with these actions, from the visitor with a number on.

    A row whose number is the position of an item keeps the tastes for that item, even if renamed
    or revalued. Any other row is a new item, with its ``rates`` by the row's number, or the
    `usual_rates`; the seed draws the field and the chances.

    Raises:
        PersonalizerError: ``BadRequest`` if the result is not a valid world.
    """
    items = {row.id: item_of(row) for row in rows if not row.is_blank}
    new = {position: item.id for position, item in items.items() if position >= len(world.items)}
    given = {item: rates.get(position) or usual_rates(world) for position, item in new.items()}
    liked = {
        item: _liked(world, given[item], stream(seed, "new action", number, position))
        for position, item in new.items()
        if not given[item].like
    }
    copies = {item: each.like for item, each in given.items() if each.like}
    old = {
        world.items[position].id: item.id
        for position, item in items.items()
        if position < len(world.items)
    }
    offered, weights = tuple(items.values()), world.taste
    if isinstance(weights, TasteWeights) and world.size * len(offered) > MAX_TABLE:
        terms = (
            *_kept(weights, world.items, old, offered),
            *_terms(weights, liked),
            *_copied(weights, world, copies),
        )
        taste: TasteTable | TasteWeights = replace(weights, terms=terms)
    else:
        origins = {now: before for before, now in old.items()} | copies
        taste = _table(world, origins, liked)
    return world_from_text(replace(world, items=offered, taste=taste).text)


def _liked(world: World, rates: NewRates, rng: np.random.Generator) -> Liked:
    field = world.fields[int(rng.integers(len(world.fields)))]
    chances = rates.low + (rates.high - rates.low) * rng.random(len(field.values))
    return field, tuple(chances.round(_DIGITS).tolist())


def _table(world: World, origins: Mapping[str, str], new: Mapping[str, Liked]) -> TasteTable:
    """Truth of each context; ``origins`` are the actions of the world whose tastes the others
    have."""
    known = {item.id: item for item in world.items}

    def row(context: Context) -> dict[str, Taste]:
        tastes = {now: world.taste(context, known[before]) for now, before in origins.items()}
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


def _copied(weights: TasteWeights, world: World, copies: Mapping[str, str]) -> Iterator[TasteTerm]:
    """Terms of new items that have the tastes of others."""
    items = {item.id: item for item in world.items}
    for new, like in copies.items():
        about = (term for term in weights.terms if term.is_about(items[like]))
        yield from (replace(term, item=new, features={}) for term in about)


def _terms(weights: TasteWeights, new: Mapping[str, Liked]) -> Iterator[TasteTerm]:
    for item, (field, chances) in new.items():
        for value, chance in zip(field.values, chances, strict=True):
            yield TasteTerm(chance - weights.base, {field.name: value.name}, item, {})
