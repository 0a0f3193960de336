"""Every context of a world at a glance: what the engine favours there."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pyarrow as pa

from engine.worlds import World
from pages.parts.charts.base import Spec, action_colour, blank, finish, tooltip
from pages.parts.theme import theme

_VISIBLE = 0.15
"""Strength from which a cell carries the picture of its action."""
_WIDTH = 300
"""Pixels that the cells of a row have between them on most screens."""


@lru_cache(maxsize=64)
def map_spec(world: World, dark: bool) -> Spec:
    """Cells: rows are the first field of the context, columns all others together."""
    first = world.fields[0]
    corner = 0.28 * _WIDTH * len(first.values) / len(world.contexts)
    labels = {value.name: value.label for value in first.values}
    x = (
        alt.X("column:N")
        .sort(None)
        .scale(paddingInner=0.06)
        .axis(
            orient="top",
            labelExpr=r"split(datum.label, '\n')",
            title=None,
            labelFontSize=15,
            labelAngle=0,
            labelLineHeight=19,
            labelOverlap=False,
            labelFlush=False,
            labelPadding=24,
        )
    )
    y = (
        alt.Y("row:N")
        .sort([value.name for value in first.values])
        .scale(paddingInner=0.08)
        .axis(
            title=None,
            labelFontSize=13,
            labelPadding=6,
            labelExpr=f"({json.dumps(labels)})[datum.label]",
        )
    )
    fields = {f"field{i}": field.label for i, field in enumerate(world.fields)}
    tips = tooltip(**fields, action="Favoured") + tooltip(".1%", probability="Chance")
    tips += tooltip(truth="Truly best")
    strength, seen = (
        alt.Opacity(f"{field}:Q").scale(domain=(0, 1), range=(0, 1)).legend(None)
        for field in ("strength", "seen")
    )
    base = blank().encode(x, y)
    spec = finish(
        dark,
        54 * len(first.values) + 46,
        base.mark_rect(color=theme(dark).empty, cornerRadius=4, aria=False),
        base.mark_rect(cornerRadius=4).encode(action_colour(world, dark), strength, tooltip=tips),
        base.mark_text(fontSize=15, aria=False).encode(seen, text="emoji:N", tooltip=tips),
        base.transform_filter("datum.here").mark_rect(
            filled=False, stroke=theme(dark).ink, strokeWidth=2.6, cornerRadius=4, aria=False
        ),
        base.transform_filter("isValid(datum.truth)")
        .mark_point(
            filled=True,
            size=min(85, 10 * corner),
            opacity=1,
            stroke=theme(dark).ink,
            strokeWidth=1,
            xOffset=corner,
            yOffset=-11,
            aria=False,
        )
        .encode(action_colour(world, dark, "truth")),
    )
    return spec | {"resolve": {"scale": {"opacity": "independent"}}}


def map_rows(
    world: World, cells: Sequence[Mapping[str, Any]], here: Mapping[str, str], truth: bool
) -> pa.Table:
    """Rows of `map_spec`, out of `engine.evaluation.context_map.favourites`."""
    emoji = {item.id: item.emoji for item in world.items}
    found = {name: [cell[name] for cell in cells] for name in ("action", "probability", "strength")}
    position = world.cell(here)
    told = {
        "emoji": [emoji[action] for action in found["action"]],
        "seen": [float(strength > _VISIBLE) for strength in found["strength"]],
        "here": [at == position for at in range(len(cells))],
        "truth": [cell["best"] if truth else None for cell in cells],
    }
    return pa.table({**_places(world), **found, **told})


@lru_cache(maxsize=64)
def _places(world: World) -> dict[str, pa.Array]:
    """Columns that say where each cell is: they are the same after every click."""
    first, *others = world.fields
    pictures = {(f.name, v.name): v.emoji or v.name for f, v in world.segments()}
    columns = {f"field{i}": [c[f.name] for c in world.contexts] for i, f in enumerate(world.fields)}
    columns["row"] = [context[first.name] for context in world.contexts]
    columns["column"] = [
        "\n".join(pictures[f.name, context[f.name]] for f in others) for context in world.contexts
    ]
    return {name: pa.array(values) for name, values in columns.items()}
