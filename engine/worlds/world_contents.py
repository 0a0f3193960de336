"""Public part of a world: fields, items, and the cells of contexts."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import refuse
from engine.protocol.multi_slot import SLOT
from engine.worlds.fields import Contexts, Field, Value
from engine.worlds.success_levels import LEVELS, Level
from engine.worlds.taste import Context, Item, Truth

TABULATED = 1_000
"""Number of cells up to which a world is computed cell by cell."""
MAPPED, MAPPED_BELIEFS = 400, 4_000
"""Maximum number of cells of a map, and of cells times items, whose beliefs are computed."""
MAX_TIMES = 10_000
"""Maximum number of combinations of values of dependent fields."""
Drift = Literal["none", "halfway", "slow"]
"""Change of tastes in a race: never; all cells at once after half of the visitors; cell by cell."""
Cells = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Place:
    """Contents of a world; `engine.worlds.rewards` evaluates its truth.

    Beyond `TABULATED` cells nothing is computed for every cell: `contexts` are computed on access.

    Attributes:
        title, emoji: its name on screen, and its emoji.
        story: two sentences that set the scene.
        fields: one or more context fields; every combination of values is a cell.
        items: the actions; the first is the baseline unless another leads.
        taste: the hidden truth, a function of context and item: the chances of a partial and of a
            full success.
        unit: unit of the items' values, such as a currency.
        levels: worths of a partial success, relative to a full one; by default one half.
        together: frequency of each cell relative to that of independent fields; empty for
            independent fields.
        bound: beyond `TABULATED` cells, the fields of ``together``, in order: its numbers are then
            those of their combinations, and the rest of the fields are independent.
        drift: change of tastes in a race.
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
        """Emoji and title."""
        return f"{self.emoji} {self.title}".strip()

    @cached_property
    def token(self) -> object:
        """Key of this object in `engine.result_cache.RESULTS`, by which the cache keeps no world
        alive."""
        return object()

    @cached_property
    def size(self) -> int:
        """Number of cells."""
        return math.prod(len(field.values) for field in self.fields)

    @property
    def is_tabulated(self) -> bool:
        """True if the world may be computed for every cell."""
        return self.size <= TABULATED

    @property
    def is_mapped_whole(self) -> bool:
        """True if a map has room for every cell."""
        return self.size <= self._room

    @property
    def _room(self) -> int:
        """Maximum number of cells of a map."""
        return min(MAPPED, MAPPED_BELIEFS // len(self.items))

    @cached_property
    def contexts(self) -> Sequence[Context]:
        """Context of each cell, the last field changing fastest."""
        if not self.is_tabulated:
            return Contexts(self.fields)
        cells = product(*([(f.name, value.name) for value in f.values] for f in self.fields))
        return tuple(map(dict, cells))

    def cell(self, context: Context) -> int:
        """Position of a context in `contexts`."""
        cell = 0
        for (name, positions), field in zip(self._positions.items(), self.fields, strict=True):
            cell = cell * len(field.values) + positions[context[name]]
        return cell

    def has(self, context: Context) -> bool:
        """Return True if the context is one of the world's."""
        positions = self._positions
        return context.keys() == positions.keys() and all(
            context[f] in positions[f] for f in positions
        )

    @cached_property
    def _positions(self) -> dict[str, dict[str, int]]:
        """Field -> value -> position in the field."""
        return {
            f.name: {value.name: position for position, value in enumerate(f.values)}
            for f in self.fields
        }

    def through(self, context: Context, *names: str) -> list[int]:
        """Cells that agree with a context in every field but those named: a slice of the world,
        the last of the named fields changing fastest."""
        axes = [field for field in self.fields if field.name in names]
        values = product(*([value.name for value in field.values] for field in axes))
        pairs_of = [zip((field.name for field in axes), value, strict=True) for value in values]
        return [self.cell({**context, **dict(pairs)}) for pairs in pairs_of]

    def extent(self, *names: str) -> dict[str, int]:
        """Field -> number of its values with room on a map along these fields, in the world's
        order; the longest fields are cut first."""
        sizes = {value.name: len(value.values) for value in self.fields if value.name in names}
        while math.prod(sizes.values()) > self._room:
            sizes[max(sizes, key=sizes.__getitem__)] -= 1
        return sizes

    def mapped(self, context: Context, *names: str) -> list[int]:
        """Cells of a map along these fields: those of `through`, or without room for them the
        block of an `extent` that contains the context. Blocks are fixed, so most contexts share
        their map with the next."""
        extent, axes = self.extent(*names), list[tuple[str, ...]]()
        for field in self.fields:
            if field.name in extent:
                count, values = extent[field.name], [value.name for value in field.values]
                begin = self._positions[field.name][context[field.name]] // count * count
                begin = min(begin, len(values) - count)
                axes.append(tuple(values[begin : begin + count]))
        pairs_of = (zip(extent, values, strict=True) for values in product(*axes))
        return [self.cell({**context, **dict(pairs)}) for pairs in pairs_of]

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """Slots of a page, which all come to each visitor: the words of a field named ``slot``, at
        most one an item; empty for a world that offers one action at a time."""
        values = next((field.values for field in self.fields if field.name == SLOT), ())
        is_page = 1 < len(values) <= len(self.items)
        if not is_page or any(value.sends is not None for value in values):
            return ()
        return tuple(value.name for value in values)

    def in_slot(self, context: Context, number: int) -> Context:
        """The same visitor's context in the slot of a number, counted on beyond the last slot; the
        context itself without slots."""
        slots = self.slots
        return {**context, SLOT: slots[number % len(slots)]} if slots else context

    def segments(self) -> tuple[tuple[Field, Value], ...]:
        """Every value of every field, with its field."""
        return tuple((field, value) for field in self.fields for value in field.values)

    @cached_property
    def position(self) -> Callable[[str], int]:
        """Function from the id of an item to its position."""
        return {item.id: i for i, item in enumerate(self.items)}.__getitem__

    def _check_tabulated(self) -> None:
        if not self.is_tabulated:
            allowed = f"at most {TABULATED:,} for a table of them"
            refuse("BadRequest", "fields", self.size, allowed, "the number of contexts")
