"""Lines over the visitors that say at their ends what they are, so that no legend is needed."""

import math
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache

import altair as alt

from pages.parts.charts.base import PAGE, Size, Spec, across, ends, finish, tooltip
from pages.parts.charts.line_layers import SIZE, LineLayers, Looks, upright
from pages.parts.text.theme import theme

_BELOW = 46
"""Pixels below a chart's plot: numbers and title of its axis."""
_LINE = 17
"""Pixels from one label to the next."""
_ALONG = 6
"""Stretches of a line with a mark in each."""


Rows = list[dict[str, object]]


def span_of(size: float, least: float = 50) -> int:
    """End of an axis that holds ``size``: it grows in steps, so that lines creep, not jump, and
    more than half of it is used, but for ``least``."""
    held = max(size, least, 10)
    power = int(10 ** math.floor(math.log10(held)))
    ends = (power * halves // 2 for halves in (2, 3, 4, 6, 10, 15, 20))
    return next(end for end in ends if end >= held)


def lines(
    dark: bool,
    span: int | None,
    domain: tuple[float, float] | None,
    title: str,
    looks: Looks,
    height: int,
    rule: str = "",
    size: Size = PAGE,
    along: str = "visitors",
    spread: bool = False,
) -> Spec:
    """Lines over the visitors, each with its name at its end; see `rows`.

    Args:
        span: end of the horizontal axis; None if a row says it, see `edge`: then the chart is the
            same one as it grows, and is not drawn anew.
        domain: ends of the vertical axis; None likewise, from 0.
        rule: what a vertical rule says: a row without a line. Empty where there is none, as a layer
            without a mark has no name for who cannot see it.
        along: what the visitors are called.
        spread: whether bands tell how far single runs lie apart: they are outlined. All others
            are intervals of the line itself, and filled.
    """
    some = None if span is None else 1
    spec = _lines(dark, some, domain, title, looks, height, rule, size, along, spread)
    return spec if span is None else _until(spec, span)


def _until(spec: Spec, span: int) -> Spec:
    """The same chart with a horizontal axis that ends there."""
    found = deepcopy(spec)
    for layer in found["layer"]:
        horizontal = layer["encoding"]["x"]
        if "scale" in horizontal:
            horizontal["scale"]["domain"] = [0, span]
    return found


@lru_cache(maxsize=64)
def _lines(
    dark: bool,
    span: int | None,
    domain: tuple[float, float] | None,
    title: str,
    looks: Looks,
    height: int,
    rule: str,
    size: Size,
    along: str,
    spread: bool,
) -> Spec:
    """The chart of `lines`, made once for all ends of its horizontal axis, as that takes long."""
    reach = None if span is None else (0, span)
    x = across("visitor", along, reach, grid=False, tickCount=5, labelFontSize=size.type(SIZE))
    y = alt.Y("value:Q").scale(ends(domain)).axis(upright(size)).title(title)
    tips = tooltip(line="Line") + tooltip(",.0f", visitor="Visitor")
    tips += tooltip(".3~f", value=title.capitalize())
    layer = LineLayers(theme(dark), looks, size)
    layers = [
        layer.bands(x, spread),
        layer.curves(x, y, tips),
        layer.dots(x, y),
        layer.reach(x, y),
        *layer.names(tips),
    ]
    if rule:
        layers.append(layer.rules(x, rule))
    return finish(dark, height, *layers, size=size)


def labelled(
    rows: Rows,
    domain: tuple[float, float],
    height: int,
    rules: Sequence[int] = (),
    shaped: Collection[str] = (),
) -> Rows:
    """Rows for `lines`: line, visitor, value, low and high where there is a band, mark where a line
    has one, and in the last row of each line the place of its label; then those of vertical rules.

    Args:
        rows: of lines, each from left to right.
        domain, height: as of the chart.
        shaped: lines with marks on the way, not at the end alone: whoever does not tell their
            colours apart can follow each.
    """
    last: dict[object, dict[str, object]] = {row["line"]: row for row in rows}
    low, high = domain
    gap = _LINE * (high - low) / max(height - _BELOW, _LINE)
    values = {line: float(str(row["value"])) for line, row in last.items()}
    places, marks = apart(values, gap, high), _marks(rows, shaped)
    found = []
    for place, row in enumerate(rows):
        is_last = row is last[row["line"]]
        more: dict[str, object] = {"at": places[row["line"]]} if is_last else {}
        found.append(row | more | ({"mark": True} if is_last or place in marks else {}))
    return found + [{"line": None, "visitor": at} for at in rules]


def _marks(rows: Rows, shaped: Collection[str]) -> set[int]:
    """Places of the rows with a mark on the way: those of one line between those of another."""
    found: set[int] = set()
    for turn, line in enumerate(shaped):
        own = [place for place, row in enumerate(rows) if row["line"] == line]
        shift = (turn + 1) / (len(shaped) + 1)
        if len(own) > 2 * _ALONG:
            found |= {own[int(len(own) * (at + shift) / _ALONG)] for at in range(_ALONG)}
    return found


def edge(span: float, top: float = 0.0) -> dict[str, object]:
    """A row up to which the axes of `lines` reach."""
    return {"line": None, "visitor": span, "value": top}


def apart(values: Mapping[object, float], gap: float, high: float) -> dict[object, float]:
    """Places for labels at their values or near, in the same order and a gap between any two of
    them: pushed up where they are too close, and down again where they are too high."""
    order = sorted(values, key=values.__getitem__)
    places: dict[object, float] = {}
    least = -math.inf
    for one in order:
        places[one] = max(values[one], least)
        least = places[one] + gap
    most = high
    for one in reversed(order):
        places[one] = min(places[one], most)
        most = places[one] - gap
    return places
