"""Picture files and names of actions on the marks of a chart."""

import json
from typing import Any

import altair as alt

from engine.worlds import Item, World
from pages.parts.text.theme import theme

_TYPE = "max(0.86 * type, least)"
"""Expression: type size of names in cells."""
_LINE, _LETTER = _TYPE, f"0.54 * {_TYPE}"
"""Expressions: height of a line, and mean width of a letter."""


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
    """Names of actions without picture and emoji, a word a line where a line is too narrow, beside
    the triangle of a cell if there is room; no layer if every action has one.

    Args:
        by: further encodings.
    """
    bare = {i.id: i.name for i in world.items if not (i.emoji or i.picture)}
    if not bare:
        return []
    named = marks.transform_filter(f"indexof({json.dumps(list(bare))}, datum.action) >= 0")
    words = {name: max(map(len, name.split(" "))) for name in bare.values()}
    longest, lines = f"({json.dumps(words)})[datum.name]", "length(split(datum.name, ' '))"
    room = "(bandwidth('x') - (datum.extent > 0 ? 21 : 6) * px)"
    is_long = f"length(datum.name) * {_LETTER} > {room}"
    is_split = (
        f"({is_long} && {longest} * {_LETTER} <= {room} && {lines} * {_LINE} <= bandwidth('y'))"
    )
    else_cut = f"datum.extent > 0 && {is_long} ? '' : datum.name"
    ink, ground = {"color": theme(dark).ink}, theme(dark).ground
    # Outline that keeps letters legible on any colour.
    halo = {"stroke": ground, "strokeWidth": 4, "strokeJoin": "round"}
    shape: dict[str, Any] = {
        "text": alt.ExprRef(f"{is_split} ? split(datum.name, ' ') : {else_cut}"),
        "dy": alt.ExprRef(f"{is_split} ? (1 - {lines}) / 2 * {_LINE} : 0"),
        "dx": alt.ExprRef("datum.extent > 0 ? 8 * px : 0"),
        "lineHeight": alt.ExprRef(_LINE),
        "fontSize": alt.ExprRef(_TYPE),
        "limit": alt.ExprRef(room),
        "aria": False,
    }
    return [named.mark_text(**shape, **look).encode(**by) for look in (halo, ink)]
