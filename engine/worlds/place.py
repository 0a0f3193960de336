"""A place as anybody can see it: its fields, what it offers, and the cells that contexts are."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import refuse
from engine.worlds.fields import Contexts, Field, Value
from engine.worlds.levels import LEVELS, Level
from engine.worlds.taste import Context, Item, Truth

TABULATED = 1_000
"""Cells up to which everything about a world is computed cell by cell."""
MAPPED, MAPPED_BELIEFS = 400, 4_000
"""Cells of a map at most, and cells times items: what is believed there is computed for each."""
MAX_TIMES = 10_000
"""Combinations of the values of fields that do not come independently."""
Drift = Literal["none", "halfway", "slow"]
"""How tastes change in a race: never; all cells at once after half of the visitors; one cell after
the other."""
Cells = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Place:
    """What a world is made of; the truth about it is for others to ask (`engine.worlds.rewards`).

    Beyond `TABULATED` cells nothing is computed for all of them: `contexts` are made as they are
    asked for.

    Attributes:
        title, emoji: its name on screen, and its picture.
        story: two sentences that set the scene.
        fields: one or more context fields; every combination of values is a cell.
        items: the actions; the first is the baseline unless another leads.
        taste: the hidden truth, a function of context and item: the chances of half a success and
            of a whole one.
        unit: what the values of the items are counted in: a currency, or anything else.
        levels: what a partial success may be worth, as a part of a whole one; it is called half a
            success here, which it is unless a world says otherwise.
        together: how many times as often as the shares of its values alone say each cell comes;
            empty where fields come independently of one another.
        bound: beyond `TABULATED` cells, the fields whose values come ``together``, in order: each
            number is then one of a combination of these, and all others come independently.
        drift: how its tastes are meant to change in a race.
    """

    title: str
    emoji: str
    story: str
    fields: tuple[Field, ...]
    items: tuple[Item, ...]
    taste: Truth
    unit: str = ""
    levels: tuple[Level, ...] = LEVELS
    together: tuple[float, ...] = ()
    bound: tuple[str, ...] = ()
    drift: Drift = "none"

    @property
    def label(self) -> str:
        """Picture and title, as it stands beside others."""
        return f"{self.emoji} {self.title}".strip()

    @cached_property
    def token(self) -> object:
        """Key of this object in `engine.result_cache.RESULTS`, which then holds no world."""
        return object()

    @cached_property
    def size(self) -> int:
        """How many cells there are."""
        return math.prod(len(field.values) for field in self.fields)

    @property
    def is_tabulated(self) -> bool:
        """Whether everything about it may be computed for all cells."""
        return self.size <= TABULATED

    @property
    def is_mapped_whole(self) -> bool:
        """Whether a map has room for all cells."""
        return self.size <= self._room

    @property
    def _room(self) -> int:
        """How many cells a map has room for."""
        return min(MAPPED, MAPPED_BELIEFS // len(self.items))

    @cached_property
    def contexts(self) -> Sequence[Context]:
        """All cells, the last field changing fastest."""
        if not self.is_tabulated:
            return Contexts(self.fields)
        cells = product(*([(f.name, value.name) for value in f.values] for f in self.fields))
        return tuple(map(dict, cells))

    def cell(self, context: Context) -> int:
        """Position of a context in `contexts`."""
        at = 0
        for (name, places), field in zip(self._places.items(), self.fields, strict=True):
            at = at * len(field.values) + places[context[name]]
        return at

    def has(self, context: Context) -> bool:
        """Whether somebody comes in a context."""
        places = self._places
        return context.keys() == places.keys() and all(context[f] in places[f] for f in places)

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        """Field -> value -> its place among the field's."""
        return {f.name: {one.name: at for at, one in enumerate(f.values)} for f in self.fields}

    def through(self, context: Context, *names: str) -> list[int]:
        """The cells of whoever is as this context in all fields but those named: a slice of the
        world, their values in order, the last of them changing fastest."""
        along = [field for field in self.fields if field.name in names]
        values = product(*([value.name for value in field.values] for field in along))
        told = [zip((field.name for field in along), one, strict=True) for one in values]
        return [self.cell({**context, **dict(pairs)}) for pairs in told]

    def extent(self, *names: str) -> dict[str, int]:
        """Field -> how many of its values a map along these fields has room for, in the world's
        order: all of them, or fewer of those that have most."""
        sizes = {one.name: len(one.values) for one in self.fields if one.name in names}
        while math.prod(sizes.values()) > self._room:
            sizes[max(sizes, key=sizes.__getitem__)] -= 1
        return sizes

    def mapped(self, context: Context, *names: str) -> list[int]:
        """The cells of a map along these fields: those of `through`, or where there is no room for
        them those with the values of an `extent` that the context is among. Values stand in blocks
        that are the same for all contexts, so a map stays as it is from most to the next."""
        wanted, along = self.extent(*names), list[tuple[str, ...]]()
        for field in self.fields:
            if field.name in wanted:
                count, values = wanted[field.name], [one.name for one in field.values]
                begin = self._places[field.name][context[field.name]] // count * count
                begin = min(begin, len(values) - count)
                along.append(tuple(values[begin : begin + count]))
        told = (zip(wanted, values, strict=True) for values in product(*along))
        return [self.cell({**context, **dict(pairs)}) for pairs in told]

    def segments(self) -> tuple[tuple[Field, Value], ...]:
        """Everything that a visitor can have, field by field."""
        return tuple((field, value) for field in self.fields for value in field.values)

    @cached_property
    def position(self) -> Callable[[str], int]:
        """Position of an item by its id."""
        return {item.id: i for i, item in enumerate(self.items)}.__getitem__

    def _check_tabulated(self) -> None:
        if not self.is_tabulated:
            allowed = f"at most {TABULATED:,} for a table of them"
            refuse("BadRequest", "fields", self.size, allowed, "the number of contexts")
