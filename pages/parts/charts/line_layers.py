"""What a chart of named lines is made of: bands, lines, marks on the way, names at their ends."""

from dataclasses import dataclass
from typing import Any

import altair as alt

from pages.parts.charts.base import Size, blank, tooltip
from pages.parts.text.theme import Theme

SIZE = 14
"""Pixels of text in a chart."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is drawn.

    Attributes:
        colour: as ``#rrggbb``.
        shape: of its marks, at its end and on the way, as Vega names it or as an SVG path.
        width: of the line in pixels; a wide one is pale, and lies below the others.
    """

    colour: str
    shape: str = "circle"
    width: float = 2.4


Looks = tuple[tuple[str, Look], ...]
"""Name of each line with its look, in the order in which they are drawn."""


def upright(size: Size) -> alt.Axis:
    """The vertical axis. On the stage its title lies above the lines: upright, it is longer than
    they are high."""
    flat: dict[str, Any] = {
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleX": 0,
        "titleY": size.px(-8),
    }
    return alt.Axis(
        tickCount=5,
        labelPadding=size.px(6),
        labelFontSize=size.type(SIZE),
        titleFontSize=size.type(SIZE),
        **(flat if size.on_stage else {}),
    )


class LineLayers:
    """The layers of `labelled.lines`: each draws the rows that have what it needs."""

    def __init__(self, colours: Theme, looks: Looks, size: Size) -> None:
        self._theme, self._looks, self._size = colours, looks, size
        self._names = [name for name, _ in looks]
        self._scale = self._by_name([look.colour for _, look in looks])
        self._colour = alt.Color("line:N", scale=self._scale, legend=None)
        shapes = self._by_name([look.shape for _, look in looks])
        self._shape = alt.Shape("line:N", scale=shapes, legend=None)

    def _by_name(self, values: list[Any], **more: Any) -> alt.Scale:
        return alt.Scale(**more, domain=self._names, range=values)

    def bands(self, x: alt.X, spread: bool) -> alt.Chart:
        """An interval of the line itself, filled; or how far single runs lie apart, outlined."""
        size = self._size
        outline = {"fillOpacity": 0.06, "strokeWidth": size.px(1), "strokeDash": size.dash(2, 3)}
        look: dict[str, Any] = outline if spread else {"opacity": 0.16}
        edge: dict[str, Any] = (
            {"stroke": alt.Stroke("line:N", scale=self._scale, legend=None)} if spread else {}
        )
        banded = _only(_having("line"), "isValid(datum.low)")
        marks: alt.Chart = banded.mark_area(clip=True, aria=False, **look)
        return marks.encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), self._colour, **edge)

    def curves(self, x: alt.X, y: alt.Y, tips: list[alt.Tooltip]) -> alt.Chart:
        """The lines themselves; wide ones are pale."""
        pale = [name for name, look in self._looks if look.width > 4]
        is_pale = alt.FieldOneOfPredicate(field="line", oneOf=pale)
        widths = self._by_name(
            [_width(look, self._size) for _, look in self._looks], type="ordinal"
        )
        marks: alt.Chart = _having("line").mark_line(clip=True, strokeJoin="round")
        return marks.encode(
            x,
            y,
            self._colour,
            alt.StrokeWidth("line:N", scale=widths, legend=None),
            opacity=alt.condition(is_pale, alt.value(0.3), alt.value(1)),
            tooltip=tips,
        )

    def dots(self, x: alt.X, y: alt.Y) -> alt.Chart:
        """Marks on the way, by whose shape lines are told apart in grey."""
        marks: alt.Chart = _only(_having("mark"), "datum.visitor > 0").mark_point(
            filled=True,
            size=self._size.area(80),
            opacity=1,
            stroke=self._theme.ground,
            strokeWidth=self._size.px(1),
            aria=False,
        )
        return marks.encode(x, y, self._colour, self._shape)

    def reach(self, x: alt.X, y: alt.Y) -> alt.Chart:
        """The unseen row up to which the axes reach; see `edge`."""
        unseen = _only(blank(), "!isValid(datum.line) && isValid(datum.value)")
        found: alt.Chart = unseen.mark_point(opacity=0, aria=False).encode(x, y)
        return found

    def names(self, tips: list[alt.Tooltip]) -> tuple[alt.Chart, alt.Chart]:
        """At the end of each line its mark, and what it is."""
        size, last = self._size, _having("at")
        beside: dict[str, Any] = {"x": alt.value("width"), "y": alt.Y("at:Q")}
        marks: alt.Chart = last.mark_point(
            filled=True, size=size.area(90), opacity=1, xOffset=size.px(9), aria=False
        )
        words: alt.Chart = last.mark_text(
            align="left",
            dx=size.px(19),
            fontSize=size.type(SIZE),
            color=self._theme.ink,
            aria=False,
        )
        seen = marks.encode(color=self._colour, shape=self._shape, tooltip=tips, **beside)
        return seen, words.encode(text="line:N", **beside)

    def rules(self, x: alt.X, said: str) -> alt.Chart:
        """Vertical rules, which say what they are."""
        size = self._size
        nameless = _only(blank(), "!isValid(datum.line) && !isValid(datum.value)")
        rules: alt.Chart = nameless.mark_rule(
            strokeWidth=size.px(1.5), color=self._theme.ink, strokeDash=size.dash(3, 3)
        )
        return rules.encode(x, tooltip=tooltip(",.0f", visitor=said))


def _only(chart: alt.Chart, test: str) -> alt.Chart:
    """The same of the rows that pass a test."""
    found: alt.Chart = chart.transform_filter(test)
    return found


def _having(field: str) -> alt.Chart:
    """A chart of the rows that have a field."""
    return _only(blank(), f"isValid(datum.{field})")


def _width(look: Look, size: Size) -> float:
    """Pixels of a line: ends of a scale follow no window."""
    return 2 * look.width if size.on_stage else look.width
