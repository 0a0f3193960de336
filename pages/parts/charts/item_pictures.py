"""Picture files and names of actions on the marks of a chart."""

import json
from typing import Any

import altair as alt

from engine.worlds import Item, World
from pages.parts.text.theme import theme


def emoji_of(item: Item) -> str:
    """Emoji of an action; empty if it has a picture file."""
    return "" if item.picture else item.emoji


def is_pictured(world: World, field: str = "action") -> str:
    """Whether the action of a mark has a picture file, as an expression."""
    names = [name for i in world.items if i.picture for name in (i.id, i.name)]
    return f"indexof({json.dumps(names)}, datum.{field}) >= 0" if names else "false"


def with_pictures(
    world: World,
    marks: alt.Chart,
    side: Any,
    field: str = "action",
    off: tuple[Any, Any] = (0, 0),
    **by: Any,
) -> list[alt.Chart]:
    """Picture of the action that a field names by id or name; no layer without picture files.

    Args:
        side: size of the picture in pixels.
        off: offset of the picture from the mark in pixels, to the right and down.
        by: further encodings.
    """
    pictures = {name: i.picture for i in world.items if i.picture for name in (i.id, i.name)}
    if not pictures:
        return []
    # In the chart, not in its rows, which travel with each click.
    url = alt.ExprRef(f"({json.dumps(pictures)})[datum.{field}]")
    named = marks.transform_filter(is_pictured(world, field))
    look = {"width": side, "height": side, "xOffset": off[0], "yOffset": off[1]}
    return [named.mark_image(url=url, aria=False, **look).encode(**by)]


def with_names(world: World, marks: alt.Chart, dark: bool, **by: Any) -> list[alt.Chart]:
    """Names of actions without picture and emoji, cut to the width of a cell; no layer if every
    action has one.

    Args:
        by: further encodings.
    """
    bare = [item.id for item in world.items if not (item.emoji or item.picture)]
    if not bare:
        return []
    named = marks.transform_filter(f"indexof({json.dumps(bare)}, datum.action) >= 0")
    ink, ground = {"color": theme(dark).ink}, theme(dark).ground
    # Outline that keeps letters legible on any colour.
    halo = {"stroke": ground, "strokeWidth": 4, "strokeJoin": "round"}
    shape: dict[str, Any] = {"limit": alt.ExprRef("bandwidth('x') - 6"), "aria": False}
    return [named.mark_text(**shape, **look).encode(text="name:N", **by) for look in (halo, ink)]
