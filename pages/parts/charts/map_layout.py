"""Family of maps: cells in rows and columns, heads above the columns.

A map lies, wider than high, or stands upright, its rows and columns exchanged.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import altair as alt

from engine.worlds import Value, World
from pages.parts.charts.map_axes import Axes, heads_of, in_short

_ROW, _HEAD = 60, 30
"""Pixels of a row, and of each line of pictures above the columns."""
_ROWS, _LEAST = 332, 26
"""Total height in pixels of an upright map's rows, and the least height of a row."""
_LINE = 18
"""Height in pixels of a line of text above the columns."""
_ROOMY = "bandwidth('x') >= 58"
"""Expression: True if a value's name fits below the picture."""
_LIMIT = "bandwidth('x') + 2"
"""Expression: largest width of a heading in pixels."""
_PICTURES = 0.7, 8, 20
"""Type size of pictures: share of a cell's width, least and largest pixels."""
_ACROSS = 52
"""Letters of all names of a stage map's columns up to which each stands beside its picture."""
_BETWEEN = " · "
"""Stands between the values of a row."""
_NARROW = "windowSize()[0] <= 640"
"""Expression: True on a phone, as in the style sheet of the stage."""

Values = Mapping[str, Sequence[Value]]
"""Values by field."""


def columns(lines: int, line: int, gap: float, field: str = "column", **axis: Any) -> alt.X:
    """The horizontal axis of a map, with heads above it.

    Args:
        lines: of a head.
        line: pixels of each.
        gap: between columns, as a share of their width.
        axis: what is different from a map of lessons.
    """
    usual: dict[str, Any] = {
        "orient": "top",
        "title": None,
        "labelExpr": r"split(datum.label, '\n')",
        "labelAngle": 0,
        "labelOverlap": False,
        "labelLimit": alt.ExprRef(_LIMIT),
        "labelLineHeight": line,
        "labelPadding": line * max(lines - 1, 0) + 6,
    }
    x = alt.X(f"{field}:N").sort(None).scale(paddingInner=gap, paddingOuter=0)
    return x.axis(**usual | axis)


def rows(gap: float, field: str = "row", sort: Any = None, **axis: Any) -> alt.Y:
    """The vertical axis of a map; ``gap`` as of `columns`."""
    y = alt.Y(f"{field}:N").sort(sort).scale(paddingInner=gap, paddingOuter=0)
    return y.axis(**{"title": None} | axis)


def lying(values: Values, axes: Axes, count: int) -> tuple[alt.X, alt.Y, int]:
    """Both axes, and the height in pixels of a map that is wider than high, with ``count`` rows."""
    in_words = not all(value.emoji for name in axes.columns for value in values[name])
    lines = len(axes.columns)
    type_: dict[str, Any] = {} if in_words else {"labelFontSize": by_width(*_PICTURES)}
    padding = _HEAD * max(lines - 1, 0) + 6
    x = columns(lines, _HEAD - 4, 0.05, labelPadding=padding, **type_)
    y = rows(
        0.07,
        sort=[value.name for value in values[axes.row]],
        labelPadding=8,
        labelOverlap=False,
        labelExpr=f"({_names(values[axes.row])})[datum.label]",
    )
    return x, y, _ROW * count + _HEAD * max(lines, 1) + 14


def _names(values: Sequence[Value]) -> str:
    """Label of each name on an axis, as an expression."""
    return json.dumps({value.name: value.label for value in values})


def upright(values: Values, axes: Axes, count: int) -> tuple[alt.X, alt.Y, int]:
    """Both axes, and the height in pixels of a map whose columns, ``count`` of them together, have
    changed places with its rows."""
    short = {value.name: in_short(value.name) for value in values[axes.row]}
    pictures = {value.name: value.emoji or short[value.name] for value in values[axes.row]}
    two_lines = {
        v.name: [v.emoji, short[v.name]] if v.emoji else short[v.name] for v in values[axes.row]
    }
    x = columns(
        1,
        _LINE,
        0.04,
        "row",
        labelExpr=f"({_ROOMY} ? {json.dumps(two_lines)} : {json.dumps(pictures)})[datum.label]",
        labelPadding=alt.ExprRef(f"{_ROOMY} ? {_LINE + 7} : 7"),
    ).sort([value.name for value in values[axes.row]])
    y = rows(
        0.09,
        "column",
        labelExpr=r"join(split(datum.label, '\n'), ' ')",
        labelFontSize=16 if all(v.emoji for name in axes.columns for v in values[name]) else 13,
        labelPadding=8,
        labelOverlap=False,
        labelLimit=alt.ExprRef(f"{_NARROW} ? 130 : 190"),
    )
    return x, y, max(_LEAST, min(_ROW, _ROWS // count)) * count + 2 * _HEAD


def on_stage(world: World, axes: Axes) -> tuple[alt.X, alt.Y]:
    """Both axes of an upright map on the stage, with the names of values and fields."""
    fields = {field.name: field for field in world.fields}
    across, high = fields[axes.row].values, [fields[name] for name in axes.columns]
    # The truth's rows have labels, others have names.
    values = {key: value for value in across for key in (value.name, value.label)}
    below = {key: [v.emoji, v.name] if v.emoji else v.name for key, v in values.items()}
    is_long = max(len(value.label) for value in across) * len(across) > _ACROSS
    beside = below if is_long else {key: value.label for key, value in values.items()}
    x = columns(
        1,
        _LINE,
        0.04,
        "row",
        title=fields[axes.row].label,
        titleAnchor="start",
        titlePadding=4,
        labelExpr=f"({_NARROW} ? {json.dumps(below)} : {json.dumps(beside)})[datum.label]",
        labelPadding=alt.ExprRef(f"{_NARROW} || {json.dumps(is_long)} ? {_LINE + 6} * px : 6 * px"),
    )
    y = rows(
        0.09,
        "column",
        title=[f"{field.label}," for field in high[:-1]] + [high[-1].label],
        titleAngle=0,
        titleAlign="right",
        titleAnchor="end",
        titleBaseline="bottom",
        titleX=alt.ExprRef("-8 * px"),
        titleY=alt.ExprRef(f"-{6 + _LINE * (len(high) - 1)} * px"),
        titleLineHeight=alt.ExprRef(f"{_LINE} * px"),
        labelExpr=f"split(({json.dumps(_row_names(world, axes))})[datum.label], "
        f"{_NARROW} ? '{_BETWEEN}' : '\\n')",
        labelPadding=8,
        labelOverlap="parity",
        labelLimit=0,
    )
    return x, y


def _row_names(world: World, axes: Axes) -> Mapping[str, str]:
    """Name of each row by its key; in a map of all values, leading names are not repeated."""
    heads, names, before = heads_of(world), dict[str, str](), tuple[str, ...]()
    fields = [field for name in axes.columns for field in world.fields if field.name == name]
    for values in product(*(field.values for field in fields)):
        labels = tuple(value.label for value in values)
        pairs = zip(axes.columns, values, strict=True)
        key = "\n".join(heads[name, value.name] for name, value in pairs)
        is_repeated = world.is_mapped_whole and labels[:-1] == before
        names[key] = labels[-1] if is_repeated else _BETWEEN.join(labels)
        before = labels[:-1]
    return names


def by_width(share: float, least: float, most: float) -> alt.ExprRef:
    """A share of a cell's width, within limits; on the stage no smaller than type."""
    return _clamped(f"bandwidth('x') * {share:g}", least, most)


def by_cell(wide: float, high: float, least: float, most: float) -> alt.ExprRef:
    """The same, and no more than a share of the cell's height: a higher text would stand in the
    cell above."""
    return _clamped(f"min(bandwidth('x') * {wide:g}, bandwidth('y') * {high:g})", least, most)


def _clamped(pixels: str, least: float, most: float) -> alt.ExprRef:
    return alt.ExprRef(f"clamp({pixels}, max({least:g}, least), {most:g} * px)")
