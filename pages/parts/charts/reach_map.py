"""Map of an answer's effect: the change of an offer's lead in each context, on the stage."""

from collections.abc import Callable, Mapping

import altair as alt
import pyarrow as pa

from engine.result_cache import cached
from engine.worlds import World
from pages.parts.charts import map_layout
from pages.parts.charts.base import Spec, action_colour, blank, bytes_in_world, finish, table
from pages.parts.charts.map_axes import Axes, heads_of
from pages.parts.text.theme import theme

_HEIGHT = 300
"""Height in pixels of a chart that fills the stage."""
_STRONGEST = 0.6
"""Opacity of the cell with the largest change, on which a number can be read."""


@cached(bytes_in_world)
def reach_spec(world: World, dark: bool, axes: Axes) -> Spec:
    """Cells in the colour of the offer, stronger for a larger change, with the change."""
    if axes.columns:
        x, y = map_layout.on_stage(world, axes)
    else:
        values = {field.name: field.values for field in world.fields}
        x, y, _ = map_layout.lying(values, axes, len(values[axes.row]))
    base = blank().encode(x, y)
    strength = alt.Opacity("strength:Q").scale(domain=(0, 1), range=(0, _STRONGEST)).legend(None)
    ink = theme(dark).ink
    return finish(
        dark,
        _HEIGHT,
        base.mark_rect(color=theme(dark).empty, cornerRadius=6, aria=False),
        base.mark_rect(cornerRadius=6, aria=False).encode(action_colour(world, dark), strength),
        base.mark_text(fontWeight=600).encode(text="change:N", description="who:N"),
        base.transform_filter("datum.here").mark_rect(
            filled=False, stroke=ink, strokeWidth=2, cornerRadius=6, aria=False
        ),
    )


def reach_rows(
    world: World,
    changes: Mapping[int, float],
    axes: Axes,
    action: str,
    here: int,
    format: Callable[[float], str],
) -> pa.Table:
    """Rows of `reach_spec`.

    Args:
        changes: change of the action's lead by cell; 0 where it is small.
        here: cell of the visitor who answered.
        format: text of a change.
    """
    heads = heads_of(world)
    most = max(map(abs, changes.values()), default=0.0) or 1.0
    rows: list[dict[str, object]] = []
    for cell, change in changes.items():
        context, text = world.contexts[cell], format(change) if change else ""
        rows.append(
            {
                "row": context[axes.row],
                "column": "\n".join(heads[name, context[name]] for name in axes.columns),
                "action": action,
                "change": text,
                "strength": abs(change) / most,
                "who": f"{' · '.join(context.values())}: {text or 'hardly any change'}",
                "here": cell == here,
            }
        )
    return table(rows)
