"""Map of the truth of a world: the best action of each cell."""

import altair as alt
import numpy as np
import pyarrow as pa

from engine.result_cache import cached
from engine.worlds import Context, World
from pages.parts.charts.base import (
    PAGE,
    Size,
    Spec,
    action_colour,
    blank,
    bytes_in_world,
    finish,
    table,
    tooltip,
)
from pages.parts.charts.item_pictures import emoji_of, with_names, with_pictures
from pages.parts.charts.map_axes import Axes, heads_of
from pages.parts.charts.map_layout import columns, on_stage, rows
from pages.parts.text.reward_scale import RewardScale

_ROW, _HEAD = 46, 28
_FAINT = 0.25
"""Opacity of a cell where the best action is hardly better than any."""


@cached(bytes_in_world)
def truth_spec(world: World, dark: bool, axes: Axes, size: Size = PAGE) -> Spec:
    """Cells in the colour of the best action, stronger where knowing it is worth more."""
    high = world.extent(axes.row, *axes.columns)[axes.row]
    lines = len(axes.columns)
    padding = (_HEAD - 6) * max(lines - 1, 0) + 6
    x, y = columns(lines, _HEAD - 8, 0.05, labelPadding=padding), rows(0.07)
    if size.on_stage and lines:
        x, y = on_stage(world, axes)
    base = blank().encode(x, y)
    opacity = alt.Opacity("strength:Q").scale(domain=(0, 1), range=(_FAINT, 1)).legend(None)
    tips = tooltip(who="For", name="Best")
    scale = RewardScale.of(world)
    unit = f", {scale.title}" if scale.unit else ""
    titles = {"expected": f"Expected reward{unit}", "mean": f"Random action{unit}"}
    tips += tooltip(scale.format, **titles)
    return finish(
        dark,
        _ROW * high + _HEAD * max(lines, 1) + 14,
        base.mark_rect(cornerRadius=6, aria=False).encode(action_colour(world, dark), opacity),
        base.mark_text(fontSize=18, aria=False).encode(text="emoji:N"),
        *with_pictures(world, base, 30),
        *with_names(world, base, dark),
        base.mark_rect(opacity=0).encode(tooltip=tips, description="said:N"),
    )


def truth_rows(world: World, axes: Axes, here: Context) -> pa.Table:
    """Rows of `truth_spec`: contexts that share the fixed fields of ``here``."""
    heads = heads_of(world)
    labels = {(f.name, v.name): v.label for f, v in world.segments()}
    cells = world.mapped(here, axes.row, *axes.columns)
    expected = world.expected_in(np.array(cells))
    best, mean = expected.argmax(axis=1), expected.mean(axis=1)
    gain = expected.max(axis=1) - mean
    most, scale = float(gain.max()) or 1.0, RewardScale.of(world)
    rows = []
    for cell, top, earned, by_chance, worth in zip(
        cells, best.tolist(), expected.tolist(), mean.tolist(), gain.tolist(), strict=True
    ):
        context, item = world.contexts[cell], world.items[top]
        who = " \u00b7 ".join(context.values())
        rows.append(
            {
                "row": labels[axes.row, context[axes.row]],
                "column": "\n".join(heads[name, context[name]] for name in axes.columns),
                "action": item.id,
                "name": item.name,
                "emoji": emoji_of(item),
                "who": who,
                "said": f"{who}: {item.name}, {scale.value(earned[top])}",
                "expected": scale.number(earned[top]),
                "mean": scale.number(by_chance),
                "strength": worth / most,
            }
        )
    return table(rows)
