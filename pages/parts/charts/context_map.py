"""The contexts of a world at a glance: what the engine favours there; one can be pointed at."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

import altair as alt
import pyarrow as pa

from engine.worlds import Context, Value, World
from pages.parts.charts.base import PAGE, Size, Spec, action_colour, blank, finish
from pages.parts.charts.item_pictures import emoji_of, with_pictures
from pages.parts.theme import theme

CELL = "cell"
"""The selection that says which cell was pointed at."""
_VISIBLE = 0.15
"""Strength from which a cell carries the picture of its action."""
_ROW, _HEAD = 60, 30
"""Pixels of a row, and of each line of pictures above the columns."""
_ROWS, _LEAST = 332, 26
"""Pixels that the rows of an upright map share, as long as each has so many."""
_LINE = 18
"""Pixels of a line above its columns."""
_ROOMY = "bandwidth('x') >= 58"
"""Whether the name of a value has room below its picture."""
_MOST = 16
"""Columns that stand beside each other at most."""
_ACROSS, _HIGH = 6, 40
"""Values that an upright map has room for side by side, and rows that everybody may make there."""
_PICTURES = 0.7, 8, 20
"""Type of the pictures: its share of a cell's width, and its least and most pixels."""
_CORNER = "M-2,0L0,0L0,2Z"

Cells = Sequence[Mapping[str, Any]]
"""Rows of `engine.evaluation.context_map.favourites`."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Which fields of the context a map spreads out; the others are as they are for the visitor.

    Attributes:
        row: the field whose values have a row each.
        columns: the fields whose values, together, have a column each.
    """

    row: str
    columns: tuple[str, ...]

    def shows(self, context: Mapping[str, Any], here: Context) -> bool:
        """Whether a context is on the map of whoever stands there."""
        return all(
            context[name] == value
            for name, value in here.items()
            if name != self.row and name not in self.columns
        )


@lru_cache(maxsize=64)
def axes_of(world: World) -> Mapping[Axes, str]:
    """All maps of a world with what they are called: everybody, where that is not too wide, and
    any two fields."""
    names = [field.name for field in world.fields]
    labels = {field.name: field.label for field in world.fields}
    if len(names) < 3:
        return {Axes(names[0], tuple(names[1:])): "everybody"}
    pairs = {
        Axes(row, (column,)): f"{labels[row]} and {labels[column].lower()}"
        for row, column in permutations(names, 2)
        if names.index(row) < names.index(column)
    }
    fits = len(world.contexts) // len(world.fields[0].values) <= _MOST
    return ({Axes(names[0], tuple(names[1:])): "everybody"} if fits else {}) | pairs


@lru_cache(maxsize=64)
def upright_axes_of(world: World) -> Mapping[Axes, str]:
    """The maps of `axes_of` for a narrow column, in which the values of their rows stand side by
    side: of too many values, another field's do, and where that makes everybody too high, it is
    left out."""
    sizes = {field.name: len(field.values) for field in world.fields}
    turned = {_turned(axes, sizes): told for axes, told in axes_of(world).items()}
    return {
        axes: told
        for axes, told in turned.items()
        if len(axes.columns) < 2 or math.prod(sizes[name] for name in axes.columns) <= _HIGH
    }


def _turned(axes: Axes, sizes: Mapping[str, int]) -> Axes:
    if sizes[axes.row] <= _ACROSS:
        return axes
    names = axes.row, *axes.columns
    fewest = min(names, key=sizes.__getitem__)
    fitting = (name for name in names if sizes[name] <= _ACROSS)
    row = max(fitting, key=sizes.__getitem__, default=fewest)
    return Axes(row, tuple(name for name in names if name != row))


@lru_cache(maxsize=64)
def map_spec(
    world: World, dark: bool, axes: Axes, size: Size = PAGE, upright: bool = False
) -> Spec:
    """Cells, each coloured by the action favoured there, with a corner in the colour of the truly
    best one where that is another.

    Args:
        upright: rows are columns and columns are rows: so it stands beside the picture, and its
            cells are wide on a phone, too.
    """
    values = {field.name: field.values for field in world.fields}
    x, y, height = (_upright if upright else _lying)(values, axes, size)
    strength, seen = (
        alt.Opacity(f"{field}:Q").scale(domain=(0, 1), range=(0, 1)).legend(None)
        for field in ("strength", "seen")
    )
    base = blank().encode(x, y)
    quiet: dict[str, Any] = {"cornerRadius": 6, "aria": False}
    spec = finish(
        dark,
        height,
        base.mark_rect(color=theme(dark).empty, **quiet),
        base.mark_rect(**quiet).encode(action_colour(world, dark), strength),
        base.mark_text(fontSize=_by_width(0.4, 12, 26, size), aria=False).encode(
            seen, text="emoji:N"
        ),
        *with_pictures(world, base, _by_width(0.4, 12, 26, size), opacity=seen),
        *_corners(world, dark, size, upright),
        *(_heads(axes, values[axes.row][0].name, size) if size.on_stage else [_here(base, dark)]),
        base.mark_rect(opacity=0, cursor="pointer", **_told()).properties(name="cells"),
        size=size,
    )
    if size.on_stage:
        return spec | {"resolve": _APART}
    pointed = {"type": "point", "fields": ["at", "turn"], "on": "click"}
    return spec | {
        "resolve": _APART,
        "params": [{"name": CELL, "select": pointed, "views": ["cells"]}],
    }


Values = Mapping[str, Sequence[Value]]
"""Those of each field."""


def _lying(values: Values, axes: Axes, size: Size) -> tuple[alt.X, alt.Y, int]:
    """Both axes, and how high a map is that is wider than high."""
    x = (
        alt.X("column:N")
        .sort(None)
        .scale(paddingInner=0.05, paddingOuter=0)
        .axis(
            orient="top",
            labelExpr=r"split(datum.label, '\n')",
            title=None,
            labels=not size.on_stage,
            labelFontSize=_by_width(*_PICTURES, size),
            labelAngle=0,
            labelLineHeight=_HEAD - 4,
            labelOverlap=False,
            labelFlush=False,
            labelPadding=_HEAD * max(len(axes.columns) - 1, 0) + 6,
        )
    )
    y = (
        alt.Y("row:N")
        .sort([value.name for value in values[axes.row]])
        .scale(paddingInner=0.07, paddingOuter=0)
        .axis(
            title=None,
            labelFontSize=size.type(),
            labelPadding=size.px(8),
            labelOverlap="parity" if size.on_stage else False,
            labelExpr=f"({_names(values[axes.row])})[datum.label]",
        )
    )
    return x, y, _ROW * len(values[axes.row]) + _HEAD * max(len(axes.columns), 1) + 14


def _names(values: Sequence[Value]) -> str:
    """What stands on an axis for each name."""
    return json.dumps({value.name: value.label for value in values})


def _upright(values: Values, axes: Axes, size: Size) -> tuple[alt.X, alt.Y, int]:
    """Both axes, and how high a map is whose rows and columns have changed places."""
    pictures = {value.name: value.emoji or value.name for value in values[axes.row]}
    two_lines = {v.name: [v.emoji, v.name] if v.emoji else v.name for v in values[axes.row]}
    x = (
        alt.X("row:N")
        .sort([value.name for value in values[axes.row]])
        .scale(paddingInner=0.04, paddingOuter=0)
        .axis(
            orient="top",
            title=None,
            labelExpr=f"({_ROOMY} ? {json.dumps(two_lines)} : {json.dumps(pictures)})[datum.label]",
            labelFontSize=size.type(),
            labelAngle=0,
            labelLineHeight=_LINE,
            labelOverlap=False,
            labelFlush=False,
            labelPadding=alt.ExprRef(f"{_ROOMY} ? {_LINE + 7} : 7"),
            labelLimit=alt.ExprRef("bandwidth('x') + 2"),
        )
    )
    y = (
        alt.Y("column:N")
        .sort(None)
        .scale(paddingInner=0.09, paddingOuter=0)
        .axis(
            title=None,
            labelExpr=r"join(split(datum.label, '\n'), ' ')",
            labelFontSize=size.type(16),
            labelPadding=8,
            labelOverlap=False,
            labelLimit=130,
        )
    )
    rows = math.prod(len(values[name]) for name in axes.columns)
    return x, y, max(_LEAST, min(_ROW, _ROWS // rows)) * rows + 2 * _HEAD


def _corners(world: World, dark: bool, size: Size, upright: bool) -> list[alt.Chart]:
    """Where another action is truly best: a corner in its colour, with its picture, as colours
    alone are not told apart by everybody."""
    right, top = ("row", "column") if upright else ("column", "row")
    high = _by_width(0.42, 12, 26, size).expr
    x = alt.X(f"{right}:N", bandPosition=1).sort(None)
    y = alt.Y(f"{top}:N", bandPosition=0).sort(None)
    rows = blank().transform_filter("isValid(datum.truth)")
    left, down, side = f"-0.28 * {high}", f"0.3 * {high}", alt.ExprRef(f"0.46 * {high}")
    # A picture is placed from the middle of its cell.
    off = alt.ExprRef(f"bandwidth('x') / 2 {left}"), alt.ExprRef(f"-bandwidth('y') / 2 + {down}")
    cells = rows.encode(alt.X(f"{right}:N").sort(None), alt.Y(f"{top}:N").sort(None))
    return [
        rows.mark_point(
            shape=_CORNER,
            filled=True,
            size=alt.ExprRef(f"pow({high}, 2)"),
            opacity=1,
            stroke=theme(dark).ground,
            strokeWidth=size.px(2),
            aria=False,
        ).encode(x, y, action_colour(world, dark, "truth")),
        rows.mark_text(
            fontSize=side, dx=alt.ExprRef(left), dy=alt.ExprRef(down), aria=False
        ).encode(x, y, text="mark:N"),
        *with_pictures(world, cells, side, "truth", off),
    ]


def _here(cells: alt.Chart, dark: bool) -> alt.Chart:
    """A frame around the cell of whoever stands there."""
    framed: alt.Chart = cells.transform_filter("datum.here").mark_rect(
        filled=False, stroke=theme(dark).ink, strokeWidth=3, cornerRadius=6, aria=False
    )
    return framed


_APART = {"scale": {"opacity": "independent"}}
"""How sure it is, and whether a picture is seen, are two scales."""


def _by_width(share: float, least: float, most: float, size: Size) -> alt.ExprRef:
    """A share of a cell's width, within limits; on the stage no smaller than type."""
    low = size.type_expr(least)
    return alt.ExprRef(f"clamp(bandwidth('x') * {share:g}, {low}, {size.expr(most)})")


def _heads(axes: Axes, first: str, size: Size) -> list[alt.Chart]:
    """The pictures above the columns, a line for each field: those of an axis would keep the
    places of their lines when the window changes."""
    high, cells = _by_width(*_PICTURES, size).expr, alt.datum.row == first
    return [
        blank()
        .transform_filter(cells)
        .transform_calculate(head=f"reverse(split(datum.column, '\\n'))[{line}]")
        .mark_text(fontSize=alt.ExprRef(high), baseline="bottom", aria=False)
        .encode(
            alt.X("column:N").sort(None),
            y=alt.value(alt.ExprRef(f"-{size.expr(6)} - {line} * 1.15 * ({high})")),
            text="head:N",
        )
        for line in range(len(axes.columns))
    ]


def _told() -> dict[str, Any]:
    """What each cell says to whoever points at it, and to whoever cannot see it."""
    favoured = "{Favoured: datum.name, Chance: format(datum.probability, '.1%')}"
    truth = "isValid(datum.best) ? {'Truly best': datum.best} : {}"
    nothing = "{'': 'Nothing learned yet'}"
    parts = f"isValid(datum.name) ? {favoured} : {nothing}"
    said = "isValid(datum.name) ? ': ' + datum.name + ', ' + format(datum.probability, '.0%') : ''"
    return {
        "tooltip": alt.ExprRef(f"merge({{title: datum.who}}, {parts}, {truth})"),
        "description": alt.ExprRef(f"datum.who + ({said})"),
        "aria": True,
    }


def heads_of(world: World) -> dict[tuple[str, str], str]:
    """What stands above the column of a value, by its field and its name: its picture, if no
    other value of the field has it, for values of one head would share a column."""
    heads = {(f.name, v.name): v.emoji or v.name for f, v in world.segments()}
    times = Counter((name, head) for (name, _), head in heads.items())
    labels = {(f.name, v.name): v.label for f, v in world.segments()}
    return {at: head if times[at[0], head] == 1 else labels[at] for at, head in heads.items()}


def map_rows(
    world: World,
    cells: Cells,
    here: Context,
    axes: Axes,
    turn: int,
    knows: bool,
    truth: bool,
) -> pa.Table:
    """Rows of `map_spec`.

    Args:
        cells: those of the whole world, or of the slice of a large one.
        knows: whether anything was learned; until then cells are empty.
        turn: tells one visitor from the next, so that a cell can be pointed at again.
    """
    shown = [cell for cell in cells if axes.shows(cell, here)]
    places = [world.cell(cell) for cell in shown]
    contexts = [world.contexts[at] for at in places]
    position, items = world.cell(here), {item.id: item for item in world.items}
    heads = heads_of(world)
    favoured = [cell["action"] if knows else None for cell in shown]
    best = [cell["best"] if truth else None for cell in shown]
    strength = [cell["strength"] if knows else 0.0 for cell in shown]
    columns: dict[str, list[Any]] = {
        "at": places,
        "turn": [turn] * len(places),
        "here": [at == position for at in places],
        "who": [" · ".join(context.values()) for context in contexts],
        "row": [context[axes.row] for context in contexts],
        "column": [
            "\n".join(heads[name, context[name]] for name in axes.columns) for context in contexts
        ],
        "action": favoured,
        "name": [items[one].name if one else None for one in favoured],
        "emoji": [emoji_of(items[one]) if one else None for one in favoured],
        "probability": [cell["probability"] if knows else None for cell in shown],
        "strength": strength,
        "seen": [float(one > _VISIBLE) for one in strength],
        "best": [items[one].name if one else None for one in best],
        "mark": [emoji_of(items[b]) if b else None for b in best],
        "truth": [b if b != a else None for a, b in zip(favoured, best, strict=True)],
    }
    return pa.table(columns)
