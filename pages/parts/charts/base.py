"""Kit of the charts: Altair theme, sizes, axes, colours by action, rows as Arrow tables."""

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

# Validation against Vega-Lite's schema takes two fifths of the time of making a chart. The tests
# validate one chart of each kind.
schemapi.disable_debug_mode()

Spec = dict[str, Any]
"""A Vega-Lite specification without data."""


# -- the theme ------------------------------------------------------------------------

LOCALE: alt.theme.NumberLocaleKwds = {
    "decimal": ".",
    "thousands": ",",
    "grouping": [3],
    "currency": ["", ""],
    "percent": "\u00a0%",
}
"""Number format of charts, as in `pages.parts.text.format`."""
SIZE = 14
"""Pixels of type."""
UNITS = {"px": 1, "type": SIZE, "least": 0}
"""Signals for lengths in expressions: pixel, type size, least type size.

`pages.parts.charts.stage_size` sets the values of the stage.
"""


@alt.theme.register("playground", enable=True)
def playground() -> alt.theme.ThemeConfig:
    """Altair theme of all charts: type, axes, legends, locale; colours see `finish`."""
    return {
        "padding": {"top": 4, "bottom": 6, "left": 3, "right": 0},
        "config": {
            "axis": {
                "labelFontSize": SIZE,
                "labelLimit": 180,
                "labelFlush": False,
                "labelBound": False,
                "titleFontSize": SIZE,
                "titleFontWeight": "normal",
                "titlePadding": 6,
                "domain": False,
                "ticks": False,
            },
            "axisQuantitative": {"tickCount": 5},
            "legend": {
                "orient": "top",
                "title": None,
                "labelFontSize": SIZE,
                "labelLimit": 0,
                "symbolStrokeWidth": 2.5,
                "symbolSize": 260,
                "offset": 4,
                "padding": 2,
            },
            "text": {"fontSize": SIZE},
            "view": {"strokeWidth": 0},
            "locale": {"number": LOCALE},
        },
    }


def finish(dark: bool, height: int, *layers: alt.Chart, **config: Any) -> Spec:
    """Layers as a specification without data, in the colours of a theme of the app.

    The colours are no part of the Altair theme: Altair has one active theme a process, and threads
    make charts in both.

    Args:
        config: further configuration of Vega-Lite.
    """
    look = theme(dark)
    inks: dict[str, Any] = {
        "axis": {"labelColor": look.ink, "titleColor": look.ink, "gridColor": look.grid},
        "legend": {"labelColor": look.ink},
        "text": {"color": look.ink},
    }
    chart = alt.layer(*layers).properties(height=height).configure(**inks, **config)
    spec: Spec = chart.to_dict(validate=False)
    del spec["datasets"]
    for view in (spec, *spec["layer"]):
        if "sequence" not in view.get("data", {}):
            view.pop("data", None)
    return spec | {"params": [{"name": name, "value": value} for name, value in UNITS.items()]}


_OBJECTS = 4
"""Bytes in memory per character of a specification's JSON."""


def bytes_in_world(made: object, world: World, *_: object) -> int:
    """Memory of a specification of a world in bytes, and of the world, which is kept as long."""
    return _OBJECTS * len(json.dumps(made, default=str)) + world.bytes


@dataclass(frozen=True, slots=True)
class Size:
    """Place of a chart: a page, a lesson, or the stage.

    Charts are written in the pixels of a page; `pages.parts.charts.stage_size.staged` enlarges
    them. A size is for what differs otherwise: layers, and rows that depend on the height.

    Attributes:
        on_stage: True if the chart fills the stage.
        is_low: True if another chart above takes half of the stage.
        least: height in pixels on a page in a low window; 0 for the full height.
    """

    on_stage: bool = False
    is_low: bool = False
    least: int = 0

    def room(self, pixels: int) -> int:
        """Least height in pixels of a chart of the given height; on the stage a pixel is twice as
        large."""
        if self.on_stage:
            return _ROOM_BELOW if self.is_low else _ROOM
        return min(pixels, self.least or pixels)


PAGE, STAGE = Size(), Size(on_stage=True)
LOW = Size(on_stage=True, is_low=True)
LESSON = Size(least=200)
"""A page of a lesson: the style sheet has its pictures lower in low windows."""
_ROOM, _ROOM_BELOW = 262, 111


# -- layers, axes and tooltips --------------------------------------------------------

IN_PIXELS: Spec = {
    axis: {"field": axis, "type": "quantitative", "scale": None, "axis": None} for axis in "xy"
}
"""Encoding of a chart whose rows, or transforms, place each mark themselves: in pixels."""
OWN_COLOUR: Spec = {"field": "colour", "type": "nominal", "scale": None}
"""Colour channel that reads the colour from the row."""


def blank() -> alt.Chart:
    """A chart without data of its own."""
    return alt.Chart(pd.DataFrame())


def still() -> alt.Chart:
    """A chart of one empty row, unchanged by new rows."""
    return alt.Chart(alt.sequence(1))


def kept_by(field: str) -> alt.Key:
    """Vega-Lite's ``key``: marks keep their identity when rows change, and are moved.

    Otherwise the browser makes all marks anew, which takes most of the time of a click. The field
    is unique in each row, and one of the rows' own, not one that a transform makes.
    """
    return alt.Key(f"{field}:N")


def table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as an Arrow table; a missing field is null.

    Streamlit makes the same of a data frame in ten times the time and twice the bytes.
    """
    if not rows:
        return pa.table({})
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_struct_array(pa.array(rows)).select(list(names))


Keys = tuple[tuple[str, str], ...]
"""Legend: pairs of colour and meaning."""
Ends = tuple[float, float]
"""Least and greatest value of an axis."""


def ends(domain: Ends | None) -> alt.Scale:
    """A scale with fixed ends; without a domain it reaches from 0 to the greatest value."""
    if domain is None:
        return alt.Scale(domainMin=0, nice=False)
    return alt.Scale(domain=domain, nice=False)


def across(field: str, title: str | None, domain: Ends | None, **axis: Any) -> alt.X:
    """A horizontal axis, with `ends`."""
    return alt.X(f"{field}:Q").scale(ends(domain)).axis(title=title, **axis)


def lanes(field: str, **axis: Any) -> alt.Y:
    """One horizontal lane for each name, in the order of the rows."""
    return alt.Y(f"{field}:N").sort(None).axis(title=None, **axis)


def only(field: str, value: object) -> alt.Chart:
    """A chart of the rows in which a field has a value."""
    return blank().transform_filter(alt.datum[field] == value)


def tooltip(format: str = "", /, **titles: str) -> list[alt.Tooltip]:
    """Fields with their titles: numbers in a format, or names without one."""
    if not format:
        return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]
    return [alt.Tooltip(f"{f}:Q", title=title, format=format) for f, title in titles.items()]


def segment_names(world: World) -> list[str]:
    """A unique name for each of `World.segments`, for an axis."""
    counts = Counter(value.label for _, value in world.segments())
    return [
        value.label if counts[value.label] == 1 else f"{field.label}: {value.label}"
        for field, value in world.segments()
    ]


def action_colour(world: World, dark: bool, field: str = "action") -> alt.Color:
    """Colour by action, the same in every chart of a world."""
    ids = [item.id for item in world.items]
    scale = alt.Scale(domain=ids, range=list(theme(dark).actions[: len(ids)]))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def keys_of(world: World, dark: bool) -> Keys:
    """Colour and name of each action, as the key of a chart without names."""
    look = theme(dark)
    return tuple((look.action(place), item.name) for place, item in enumerate(world.items))
