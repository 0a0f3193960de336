"""Maps of a world, lying and upright, and the heads of their columns."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from engine.result_cache import cached
from engine.worlds import Context, World

_MOST = 16
"""Largest number of columns side by side, and of rows on the stage."""
_FEW = 3
"""Largest number of fixed fields that are named with their values."""
_ACROSS, _HIGH = 6, 40
"""Largest numbers of columns and of rows of an upright map."""
_RANGE = re.compile(r"(\d[\d,]*(?:\.\d+)?) to (\d[\d,]*(?:\.\d+)?)")
"""Name of a slice of a numeric field."""
_THOUSANDS = re.compile(r"0|[\d,]+,000")

_MAP = 500
"""Bytes in memory of a map with its name."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Fields of the context that a map spreads out; the other fields are fixed by the visitor.

    Attributes:
        row: the field whose values have a row each.
        columns: the fields whose values, together, have a column each.
    """

    row: str
    columns: tuple[str, ...]

    def shows(self, context: Mapping[str, Any], here: Context) -> bool:
        """Whether a context is on the map of the visitor ``here``."""
        return all(
            context[name] == value
            for name, value in here.items()
            if name != self.row and name not in self.columns
        )

    def fixed(self, world: World, here: Context) -> str:
        """Values of the fields that this map does not spread out, or only the fields' names if
        there are many; empty for a map of all fields."""
        fields = [each for each in world.fields if each.name not in (self.row, *self.columns)]
        if len(fields) > _FEW:
            return f"the current visitor's values in the other {len(fields)} fields"
        return ", ".join(f"{each.label}: {here[each.name]}" for each in fields)


@cached(lambda maps, world: _MAP * len(maps) + world.bytes)
def axes_of(world: World) -> Mapping[Axes, str]:
    """Maps of a world with their names: everybody, if not too wide, and each two fields."""
    names = [field.name for field in world.fields]
    labels = {field.name: field.label for field in world.fields}
    if len(names) < 3:
        return {Axes(names[0], tuple(names[1:])): "everybody"}
    pairs = {
        Axes(row, (column,)): f"{labels[row]} and {labels[column].lower()}"
        for row, column in permutations(names, 2)
        if names.index(row) < names.index(column)
    }
    fits = world.is_mapped_whole and world.size // len(world.fields[0].values) <= _MOST
    return ({Axes(names[0], tuple(names[1:])): "everybody"} if fits else {}) | pairs


@cached(lambda maps, world: _MAP * len(maps) + world.bytes)
def upright_axes_of(world: World) -> Mapping[Axes, str]:
    """Maps of `axes_of` for a narrow column: the field with at most six values stands side by side,
    and too high maps are left out."""
    sizes = {field.name: len(field.values) for field in world.fields}
    turned = {_turned(axes, sizes): title for axes, title in axes_of(world).items()}
    return {
        axes: title
        for axes, title in turned.items()
        if len(axes.columns) < 2 or math.prod(sizes[name] for name in axes.columns) <= _HIGH
    }


def stage_axes_of(world: World) -> Axes:
    """Axes of the stage's map: upright, with few rows if possible."""
    extents = {axes: world.extent(*axes.columns) for axes in upright_axes_of(world)}
    few = (axes for axes, extent in extents.items() if math.prod(extent.values()) <= _MOST)
    return next(few, next(iter(extents)))


def _turned(axes: Axes, sizes: Mapping[str, int]) -> Axes:
    if sizes[axes.row] <= _ACROSS:
        return axes
    names = axes.row, *axes.columns
    fewest = min(names, key=sizes.__getitem__)
    fitting = (name for name in names if sizes[name] <= _ACROSS)
    row = max(fitting, key=sizes.__getitem__, default=fewest)
    return Axes(row, tuple(name for name in names if name != row))


def in_short(name: str) -> str:
    """A range of numbers in few letters, "50k–100k" for "50,000 to 100,000"; other names as they
    are."""
    if not (ends := _RANGE.fullmatch(name)):
        return name
    low, high = ends.groups()
    if all(map(_THOUSANDS.fullmatch, (low, high))):
        low, high = (end.removesuffix(",000") + "k" * (end != "0") for end in (low, high))
    return f"{low}\N{EN DASH}{high}"


def heads_of(world: World) -> dict[tuple[str, str], str]:
    """Head of the column of each value by field and name: its picture if unique, else its label, as
    equal heads would share a column."""
    heads = {(f.name, v.name): v.emoji or in_short(v.name) for f, v in world.segments()}
    times = Counter((name, head) for (name, _), head in heads.items())
    labels = {(f.name, v.name): v.label for f, v in world.segments()}
    return {at: head if times[at[0], head] == 1 else labels[at] for at, head in heads.items()}
