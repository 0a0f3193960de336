"""What all charts share: ink, one colour per action, and specifications without data."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa
from altair.utils import schemapi

from engine.worlds import World
from pages.parts.text.theme import theme

# Altair would hold each part of a chart against the schema of Vega-Lite whenever one is made: two
# fifths of what a picture costs when it is first drawn. Tests do that once, for each kind of chart.
schemapi.disable_debug_mode()

Spec = dict[str, Any]
Pixels = float | alt.ExprRef
"""A number, or what the browser makes one of."""


_OBJECTS = 4
"""Bytes that a specification takes as objects for each character of its JSON."""


def bytes_in_world(made: object, world: World, *_: object) -> int:
    """Bytes that what was made for a world takes, with the world, which is kept as long."""
    return _OBJECTS * len(json.dumps(made, default=str)) + world.bytes


@dataclass(frozen=True, slots=True)
class Size:
    """How large a chart and its type are.

    On a page both are as written. On the stage a chart fills the place that it has, marks are twice
    and type is `_LARGE` as large, in a unit that grows with the window: u, one pixel of a window of
    1280 x 720.

    Attributes:
        is_low: whether another picture stands above it there, so that half as much room is left.
        least: pixels of height that a low window leaves it on a page; 0 where it has all.
    """

    on_stage: bool = False
    is_low: bool = False
    least: int = 0

    def type(self, pixels: float = 14) -> Pixels:
        """Height of type: there is one only on the stage."""
        return alt.ExprRef(self.type_expr(pixels)) if self.on_stage else pixels

    def type_expr(self, pixels: float) -> str:
        """The same within an expression."""
        return f"{_LARGE} * u" if self.on_stage else f"{pixels:g}"

    def px(self, pixels: float) -> Pixels:
        """A length."""
        return alt.ExprRef(self.expr(pixels)) if self.on_stage else pixels

    def area(self, pixels: float) -> Pixels:
        """The area of a mark."""
        return alt.ExprRef(f"{4 * pixels:g} * u * u") if self.on_stage else pixels

    def dash(self, *pixels: float) -> Any:
        """A dashed line, as an array of lengths."""
        lengths = ", ".join(self.expr(one) for one in pixels)
        return alt.ExprRef(f"[{lengths}]") if self.on_stage else list(pixels)

    def expr(self, pixels: float) -> str:
        """A length within an expression."""
        return f"({2 * pixels:g} * u)" if self.on_stage else f"{pixels:g}"

    def room(self, pixels: int) -> int:
        """Height that a chart of so many pixels surely has, in those that are twice as large on the
        stage."""
        if self.on_stage:
            return _ROOM_BELOW if self.is_low else _ROOM
        return min(pixels, self.least or pixels)

    @property
    def signals(self) -> list[dict[str, str]]:
        """What a specification has to define; it follows the window."""
        return [{"name": "u", "expr": _UNIT}] if self.on_stage else []


def raw(pixels: Pixels) -> object:
    """The same where a specification is written by hand."""
    return pixels.to_dict() if isinstance(pixels, alt.ExprRef) else pixels


PAGE, STAGE = Size(), Size(on_stage=True)
LOW = Size(on_stage=True, is_low=True)
LESSON = Size(least=200)
"""A page of a lesson: the style sheet has its pictures lower in low windows."""
_LARGE, _ROOM, _ROOM_BELOW = 28, 262, 111
_UNIT = "max(0.6, min(windowSize()[0] / 1280, windowSize()[1] / 720)) + 0 * width"
"""As in the style sheet of the stage; with the width, so that it is reckoned anew with it."""


LOCALE = {
    "decimal": ".",
    "thousands": ",",
    "grouping": [3],
    "currency": ["", ""],
    "percent": "\u00a0%",
}
"""How numbers are written in charts: as `pages.parts.text.format` writes them."""


def blank() -> alt.Chart:
    """A chart whose rows come later."""
    return alt.Chart(pd.DataFrame())


def still() -> alt.Chart:
    """A chart of one row with nothing in it, which stays when others come."""
    return alt.Chart(alt.sequence(1))


def kept_by(field: str) -> alt.Key:
    """Marks of rows that have the same there are the same marks, moved: without that, a browser
    makes all anew whenever rows come, which takes most of the time of a click. Each row has
    another, and it is no field that a chart makes."""
    return alt.Key(f"{field}:N")


def table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as they travel; what a row does not have is null.

    Streamlit would make the same of a data frame, in ten times the time and twice the bytes; column
    by column it would take twice the time.
    """
    if not rows:
        return pa.table({})
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_struct_array(pa.array(rows)).select(list(names))


Keys = tuple[tuple[str, str], ...]
"""Colours, each with what it means."""
Ends = tuple[float, float]
"""Of an axis."""


def ends(domain: Ends | None) -> alt.Scale:
    """A scale whose ends stay where they are, or reach from 0 as far as the rows."""
    if domain is None:
        return alt.Scale(domainMin=0, nice=False)
    return alt.Scale(domain=domain, nice=False)


def across(field: str, title: str, domain: Ends | None, **axis: Any) -> alt.X:
    """A horizontal axis, with `ends`."""
    return alt.X(f"{field}:Q").scale(ends(domain)).axis(title=title, **axis)


def lanes(field: str, size: Size = PAGE, **axis: Any) -> alt.Y:
    """One horizontal lane for each name, in the order of the rows."""
    return alt.Y(f"{field}:N").sort(None).axis(title=None, labelFontSize=size.type(), **axis)


def only(field: str, value: object) -> alt.Chart:
    """A chart of the rows in which a field has a value."""
    return blank().transform_filter(alt.datum[field] == value)


def tooltip(format: str = "", /, **titles: str) -> list[alt.Tooltip]:
    """Fields with their titles: numbers in a format, or names where there is none."""
    if not format:
        return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]
    return [alt.Tooltip(f"{f}:Q", title=title, format=format) for f, title in titles.items()]


def segment_names(world: World) -> list[str]:
    """`World.segments` as they stand on an axis: each with a name of its own."""
    found = Counter(value.label for _, value in world.segments())
    return [
        value.label if found[value.label] == 1 else f"{field.label}: {value.label}"
        for field, value in world.segments()
    ]


def action_colour(world: World, dark: bool, field: str = "action") -> alt.Color:
    """The one colour that each action of a world has in every chart."""
    ids = [item.id for item in world.items]
    scale = alt.Scale(domain=ids, range=list(theme(dark).actions[: len(ids)]))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def keys_of(world: World, dark: bool) -> Keys:
    """The colour and the name of each action, for a chart that does not name them itself."""
    look = theme(dark)
    return tuple((look.action(place), item.name) for place, item in enumerate(world.items))


def finish(dark: bool, height: int, *layers: alt.Chart, size: Size = PAGE) -> Spec:
    """Layers as a dictionary without data, in the app's type and colours."""
    text = theme(dark).ink
    styled = (
        alt.layer(*layers)
        .properties(height=height, padding={"top": 4, "bottom": 6, "left": 3, "right": 0})
        .configure_axis(
            labelFontSize=size.type(),
            labelLimit=size.px(180),
            labelFlush=False,
            labelBound=False,
            titleFontSize=size.type(),
            titleFontWeight="normal",
            titlePadding=size.px(6),
            labelColor=text,
            titleColor=text,
            gridColor=theme(dark).grid,
            domain=False,
            ticks=False,
        )
        .configure_legend(
            labelFontSize=size.type(),
            labelColor=text,
            symbolStrokeWidth=2.5,
            symbolSize=260,
            offset=4,
            padding=2,
        )
        .configure_view(strokeWidth=0)
    )
    spec: Spec = styled.to_dict(validate=False)
    spec["config"]["locale"] = {"number": LOCALE}
    spec.pop("datasets", None)
    for view in (spec, *spec["layer"]):
        if "sequence" not in view.get("data", {}):
            view.pop("data", None)
    shared = said_once([layer.get("encoding", {}) for layer in spec["layer"]])
    if size.on_stage:
        spec["params"] = [*size.signals, *spec.get("params", [])]
    return spec | {"encoding": shared} if shared else spec


def said_once(layers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the encodings of all layers have in common, taken out of them.

    A layer inherits it for each channel that it does not have, or that names another field,
    property by property, so the chart stays as it is; its specification travels with every click,
    and is half as long. So it is with the one axis and the one scale of all layers that name any:
    all share these anyway.
    """
    shared: dict[str, Any] = {}
    for channel in list(layers[0]):
        own = [layer.get(channel, {}) for layer in layers]
        if not all("field" in one for one in own):
            continue
        common = dict(item for item in own[0].items() if all(item in one.items() for one in own))
        for name in ("axis", "scale"):
            named = [one[name] for one in own if name in one]
            if len(named) > 1 and named[0] and named.count(named[0]) == len(named):
                common[name] = named[0]
        for layer, one in zip(layers, own, strict=True):
            left = {name: value for name, value in one.items() if name not in common}
            if left:
                layer[channel] = {"field": one["field"]} | left
            else:
                del layer[channel]
        shared[channel] = common
    return shared
