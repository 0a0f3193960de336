"""Where the cells of a map stand, and their heads: it lies, wider than high, or stands upright."""

import json
from collections.abc import Mapping, Sequence

import altair as alt

from engine.worlds import Value
from pages.parts.charts.base import Size, blank
from pages.parts.charts.map_axes import Axes

_ROW, _HEAD = 60, 30
"""Pixels of a row, and of each line of pictures above the columns."""
_ROWS, _LEAST = 332, 26
"""Pixels that the rows of an upright map share, as long as each has so many."""
_LINE = 18
"""Pixels of a line above its columns."""
_ROOMY = "bandwidth('x') >= 58"
"""Whether the name of a value has room below its picture."""
LIMIT = "bandwidth('x') + 2"
"""Pixels of a head: a longer one would stand in that beside it."""
_PICTURES = 0.7, 8, 20
"""Type of the pictures: its share of a cell's width, and its least and most pixels."""

Values = Mapping[str, Sequence[Value]]
"""Those of each field."""


def lying(values: Values, axes: Axes, size: Size, rows: int) -> tuple[alt.X, alt.Y, int]:
    """Both axes, and how high a map is that is wider than high and has so many rows."""
    in_words = not all(value.emoji for name in axes.columns for value in values[name])
    x = (
        alt.X("column:N")
        .sort(None)
        .scale(paddingInner=0.05, paddingOuter=0)
        .axis(
            orient="top",
            labelExpr=r"split(datum.label, '\n')",
            title=None,
            labels=not size.on_stage,
            labelFontSize=size.type() if in_words else by_width(*_PICTURES, size),
            labelLimit=alt.ExprRef(LIMIT),
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
    return x, y, _ROW * rows + _HEAD * max(len(axes.columns), 1) + 14


def _names(values: Sequence[Value]) -> str:
    """What stands on an axis for each name."""
    return json.dumps({value.name: value.label for value in values})


def upright(values: Values, axes: Axes, size: Size, rows: int) -> tuple[alt.X, alt.Y, int]:
    """Both axes, and how high a map is whose columns, now so many rows, have changed places with
    its rows."""
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
            labelLimit=alt.ExprRef(LIMIT),
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
    return x, y, max(_LEAST, min(_ROW, _ROWS // rows)) * rows + 2 * _HEAD


def by_width(share: float, least: float, most: float, size: Size) -> alt.ExprRef:
    """A share of a cell's width, within limits; on the stage no smaller than type."""
    return _clamped(f"bandwidth('x') * {share:g}", least, most, size)


def by_cell(wide: float, high: float, least: float, most: float, size: Size) -> alt.ExprRef:
    """The same, and no more than a share of its height: what is higher than its cell stands in the
    one above."""
    return _clamped(f"min(bandwidth('x') * {wide:g}, bandwidth('y') * {high:g})", least, most, size)


def _clamped(pixels: str, least: float, most: float, size: Size) -> alt.ExprRef:
    return alt.ExprRef(f"clamp({pixels}, {size.type_expr(least)}, {size.expr(most)})")


def heads(axes: Axes, first: str, size: Size) -> list[alt.Chart]:
    """The pictures above the columns, a line for each field: those of an axis would keep the
    places of their lines when the window changes."""
    high, cells = by_width(*_PICTURES, size).expr, alt.datum.row == first
    return [
        blank()
        .transform_filter(cells)
        .transform_calculate(head=f"reverse(split(datum.column, '\\n'))[{line}]")
        .mark_text(
            fontSize=alt.ExprRef(high), baseline="bottom", limit=alt.ExprRef(LIMIT), aria=False
        )
        .encode(
            alt.X("column:N").sort(None),
            y=alt.value(alt.ExprRef(f"-{size.expr(6)} - {line} * 1.15 * ({high})")),
            text="head:N",
        )
        for line in range(len(axes.columns))
    ]
