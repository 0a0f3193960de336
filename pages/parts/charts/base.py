"""What all charts share: ink, one colour per action, and specifications without data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa

from engine.worlds import World
from pages.parts.theme import theme

Spec = dict[str, Any]


def blank() -> alt.Chart:
    """A chart whose rows come later."""
    return alt.Chart(pd.DataFrame())


def table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as they travel; what a row does not have is null.

    Streamlit would make the same of a data frame, in ten times the time and twice the bytes.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def across(field: str, title: str, domain: tuple[float, float], **axis: Any) -> alt.X:
    """A horizontal axis with ends that stay where they are."""
    return alt.X(f"{field}:Q").scale(domain=domain, nice=False).axis(title=title, **axis)


def visitors_axis(span: int) -> alt.X:
    """The horizontal axis of what goes on from visitor to visitor."""
    return across("visitor", "visitors", (0, span), grid=False, tickCount=6)


def lanes(field: str, **axis: Any) -> alt.Y:
    """One horizontal lane for each name, in the order of the rows."""
    return alt.Y(f"{field}:N").sort(None).axis(title=None, labelFontSize=13, **axis)


def legend(**more: Any) -> alt.Legend:
    """A legend in two columns above a chart."""
    return alt.Legend(orient="top", title=None, columns=2, labelLimit=0, **more)


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


def finish(dark: bool, height: int, *layers: alt.Chart) -> Spec:
    """Layers as a dictionary without data, in the app's type and colours."""
    text = theme(dark).ink
    styled = (
        alt.layer(*layers)
        .properties(height=height, padding={"top": 4, "bottom": 6, "left": 0, "right": 0})
        .configure_axis(
            labelFontSize=12,
            labelFlushOffset=-3,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=6,
            labelColor=text,
            titleColor=text,
            gridColor=theme(dark).grid,
            domain=False,
            ticks=False,
        )
        .configure_axisY(labelFlush=False, labelBound=False)
        .configure_legend(
            labelFontSize=12,
            labelColor=text,
            symbolStrokeWidth=2.5,
            symbolSize=260,
            offset=4,
            padding=2,
        )
        .configure_view(strokeWidth=0)
    )
    spec: Spec = styled.to_dict()
    spec.pop("datasets", None)
    for view in (spec, *spec["layer"]):
        view.pop("data", None)
    shared = said_once([layer.get("encoding", {}) for layer in spec["layer"]])
    return spec | {"encoding": shared} if shared else spec


def said_once(layers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the encodings of all layers have in common, taken out of them.

    A layer inherits it for each channel that it does not have, or that names another field,
    property by property, so the chart stays as it is; its specification travels with every click,
    and is half as long.
    """
    shared: dict[str, Any] = {}
    for channel in list(layers[0]):
        own = [layer.get(channel, {}) for layer in layers]
        if not all("field" in one for one in own):
            continue
        common = dict(item for item in own[0].items() if all(item in one.items() for one in own))
        for layer, one in zip(layers, own, strict=True):
            left = {name: value for name, value in one.items() if name not in common}
            if left:
                layer[channel] = {"field": one["field"]} | left
            else:
                del layer[channel]
        shared[channel] = common
    return shared
