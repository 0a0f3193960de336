"""Family of line charts over the visitors: bands, lines, marks, and names at their ends."""

import math
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt

from pages.parts.charts.base import Ends, Spec, across, blank, ends, finish, tooltip
from pages.parts.charts.stage_size import CHANGE
from pages.parts.text.theme import theme

_BELOW = 46
"""Pixels below a chart's plot: numbers and title of its axis."""
_LINE = 17
"""Distance between labels in pixels."""
_STRETCHES = 6
"""Number of marks along a line, one per segment."""
EXACT = ".3~f"
"""D3 format of the values in tooltips, unless another is given."""
_SIDE = "scale('x', datum.visitor) > width / 2 ? 'right' : 'left'"
"""Side of a vertical rule on which its name ends, as a Vega expression."""
_PALE = 4
"""Width in pixels from which a line is pale."""
_PALENESS = 0.4
"""Opacity of a pale line, and of the mark beside its name."""

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Style of a line.

    Attributes:
        colour: as ``#rrggbb``.
        shape: of the marks, as a Vega name or an SVG path.
        width: in pixels; wide lines are pale and below the others.
    """

    colour: str
    shape: str = "circle"
    width: float = 2.4


LineStyles = tuple[tuple[str, LineStyle], ...]
"""Name of each line with its style, in drawing order."""


# -- the chart ------------------------------------------------------------------------


@lru_cache(maxsize=256)
def lines(
    dark: bool,
    span: int | None,
    domain: Ends | None,
    title: str,
    looks: LineStyles,
    height: int,
    rule: str = "",
    along: str = "visitors",
    spread: bool = False,
    number: str = EXACT,
    change: str = "",
    is_low: bool = False,
) -> Spec:
    """Specification of lines over the visitors, each with its name at its end; see `labelled`.

    Args:
        span: end of the horizontal axis; None if a row sets the end, see `edge`, so that a growing
            axis does not change the specification.
        domain: ends of the vertical axis; None likewise, from 0.
        title: of the vertical axis.
        rule: tooltip of vertical rules, which are rows without a line; empty without rules, as a
            layer without marks has no accessible name.
        change: name of the first rule, in the picture.
        along: title of the horizontal axis.
        spread: True for outlined bands with the spread of single runs; False for filled bands with
            intervals of the lines.
        number: D3 format of the values in the tooltip.
        is_low: True for the titles of both axes in one line above a low chart.
    """
    some = None if span is None else 1
    style = rule, along, spread, number, change, is_low
    spec = _lines(dark, some, domain, title, looks, height, *style)
    return spec if span is None else _until(spec, span)


def _until(spec: Spec, span: int) -> Spec:
    """A copy of the chart with a new end of the horizontal axis."""
    copied = deepcopy(spec)
    for layer in copied["layer"]:
        horizontal = layer["encoding"].get("x", {})
        if "scale" in horizontal:
            horizontal["scale"]["domain"] = [0, span]
    return copied


def from_first(spec: Spec) -> Spec:
    """A copy of the chart whose horizontal axis begins at the first point instead of 0."""
    copied = deepcopy(spec)
    for layer in copied["layer"]:
        horizontal = layer["encoding"].get("x", {})
        if "scale" in horizontal:
            horizontal["scale"] = {"zero": False, "nice": False}
    return copied


@lru_cache(maxsize=64)
def _lines(
    dark: bool,
    span: int | None,
    domain: Ends | None,
    title: str,
    looks: LineStyles,
    height: int,
    rule: str,
    along: str,
    spread: bool,
    number: str,
    change: str,
    is_low: bool,
) -> Spec:
    """The chart of `lines`, made once for every end of the horizontal axis."""
    look, names = theme(dark), [name for name, _ in looks]

    def by_name(values: Sequence[str | float], **more: Any) -> alt.Scale:
        return alt.Scale(**more, domain=names, range=values)

    reach = None if span is None else (0, span)
    near: dict[str, Any] = {"labelPadding": 6} if is_low else {}
    few: dict[str, Any] = {"tickCount": 2} if is_low else {}
    x = across("visitor", None if is_low else along, reach, grid=False, **near)
    y = alt.Y("value:Q").scale(ends(domain))
    y = y.axis(labelPadding=6, title=None if is_low else title, **few)
    colours = by_name([line.colour for _, line in looks])
    colour = alt.Color("line:N", scale=colours, legend=None)
    shape = alt.Shape("line:N", scale=by_name([line.shape for _, line in looks]), legend=None)
    widths = by_name([line.width for _, line in looks], type="ordinal")
    pale = alt.FieldOneOfPredicate("line", [name for name, line in looks if line.width > _PALE])
    outlined: dict[str, Any] = {"fillOpacity": 0.06, "strokeWidth": 1, "strokeDash": [2, 3]}
    outline = {"stroke": alt.Stroke("line:N", scale=colours, legend=None)} if spread else {}
    tips = tooltip(line="Line") + tooltip(",.0f", visitor="Visitor")
    tips += tooltip(number, value=title[:1].upper() + title[1:])
    at_end: dict[str, Any] = {"x": alt.value("width"), "y": alt.Y("at:Q")}
    paleness = alt.condition(pale, alt.value(_PALENESS), alt.value(1))
    dot: dict[str, Any] = {"filled": True, "opacity": 1, "aria": False}
    layers = [
        _having("line")
        .transform_filter("isValid(datum.low)")
        .mark_area(clip=True, aria=False, **(outlined if spread else {"opacity": 0.16}))
        .encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), colour, **outline),
        _having("line")
        .mark_line(clip=True, strokeJoin="round")
        .encode(
            x,
            y,
            colour,
            alt.StrokeWidth("line:N", scale=widths, legend=None),
            opacity=paleness,
            tooltip=tips,
        ),
        _having("mark")
        .transform_filter("datum.visitor > 0")
        .mark_point(size=80, stroke=look.ground, strokeWidth=1, **dot)
        .encode(x, y, colour, shape),
        blank()
        .transform_filter("!isValid(datum.line) && isValid(datum.value)")
        .mark_point(opacity=0, aria=False)
        .encode(x, y),
        _having("at")
        .mark_point(size=90, xOffset=9, **dot)
        .encode(color=colour, shape=shape, opacity=paleness, tooltip=tips, **at_end),
        _having("at").mark_text(align="left", dx=19, aria=False).encode(text="line:N", **at_end),
    ]
    if rule:
        layers += [
            blank()
            .transform_filter("!isValid(datum.line) && !isValid(datum.value)")
            .mark_rule(strokeWidth=1.5, color=look.ink, strokeDash=[3, 3])
            .encode(x, tooltip=tooltip(",.0f", visitor=rule)),
            _having("is_first")
            .mark_text(align=alt.ExprRef(_SIDE), dy=-9, aria=False)
            .encode(x, y=alt.value(0), text=alt.value(change))
            .properties(name=CHANGE),
        ]
    spec = finish(dark, height, *layers)
    above = {"text": f"{title}, by number of {along}", "color": look.ink}
    return spec | {"title": above | _ABOVE} if is_low else spec


_ABOVE: Spec = {"anchor": "start", "frame": "group", "fontSize": 14, "fontWeight": 400, "offset": 6}
"""Style of the titles above a low chart."""


def _having(field: str) -> alt.Chart:
    """A chart of the rows that have a field."""
    chart: alt.Chart = blank().transform_filter(f"isValid(datum.{field})")
    return chart


# -- its rows -------------------------------------------------------------------------


def span_of(size: float, least: float = 50) -> int:
    """End of an axis that holds ``size``, at least ``least``: it grows in steps, so that lines
    creep and do not jump."""
    reach = max(size, least, 10)
    power = int(10 ** math.floor(math.log10(reach)))
    steps = (power * halves // 2 for halves in (2, 3, 4, 6, 10, 15, 20))
    return next(end for end in steps if end >= reach)


def end_above(value: float) -> float:
    """End of an axis that holds a value above 0, in steps of two digits: the value is beyond half
    of the axis."""
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return float(f"{next(power * step for step in steps if power * step >= value * 0.999):.3g}")


def labelled(
    rows: Rows,
    domain: Ends,
    height: int,
    rules: Sequence[int] = (),
    shaped: Collection[str] = (),
) -> Rows:
    """Rows for `lines`: line, visitor, value, low and high of a band, mark, the place of the label
    in the last row of each line; then vertical rules, the first of which has a name.

    Args:
        rows: of lines, each from left to right.
        domain, height: as of the chart.
        shaped: lines with marks on the way, not beside the label alone, for readers who cannot
            tell their colours apart.
    """
    last: dict[object, dict[str, object]] = {row["line"]: row for row in rows}
    low, high = domain
    gap = _LINE * (high - low) / max(height - _BELOW, _LINE)
    values = {line: float(str(row["value"])) for line, row in last.items()}
    places, marks = apart(values, gap, high), _marks(rows, shaped)
    marked = []
    for place, row in enumerate(rows):
        is_last = row is last[row["line"]]
        more: dict[str, object] = {"at": places[row["line"]]} if is_last else {}
        marked.append(row | more | ({"mark": True} if place in marks else {}))
    drawn: Rows = [{"line": None, "visitor": at} for at in rules]
    return marked + [{**row, "is_first": True} for row in drawn[:1]] + drawn[1:]


def _marks(rows: Rows, shaped: Collection[str]) -> set[int]:
    """Indices of rows with a mark on the way, staggered between the lines."""
    places: set[int] = set()
    for turn, line in enumerate(shaped):
        own = [place for place, row in enumerate(rows) if row["line"] == line]
        shift = (turn + 1) / (len(shaped) + 1)
        if len(own) > 2 * _STRETCHES:
            places |= {own[int(len(own) * (at + shift) / _STRETCHES)] for at in range(_STRETCHES)}
    return places


def edge(span: float, top: float = 0.0) -> dict[str, object]:
    """A row up to which the axes of `lines` reach."""
    return {"line": None, "visitor": span, "value": top}


def apart(values: Mapping[object, float], gap: float, high: float) -> dict[object, float]:
    """Places for labels near their values, in the same order, with a gap between any two."""
    order = sorted(values, key=values.__getitem__)
    places: dict[object, float] = {}
    least = -math.inf
    for line in order:
        places[line] = max(values[line], least)
        least = places[line] + gap
    most = high
    for line in reversed(order):
        places[line] = min(places[line], most)
        most = places[line] - gap
    return places
