"""Two loops before the same visitor, side by side: beliefs, chances, offers.

The browser places everything in pixels, by the room that it has: type and rows grow with it, so
that the picture can be read from the last row. On a phone the second half stands below the first.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pyarrow as pa

from engine.loop.entries import Ranked
from engine.result_cache import cached
from engine.worlds import World
from pages.parts.charts.base import (
    IN_PIXELS,
    OWN_COLOUR,
    Spec,
    blank,
    bytes_in_world,
    finish,
    table,
)
from pages.parts.charts.belief_scale import BeliefScale
from pages.parts.charts.compressed_reward_scale import SPAN, from_left
from pages.parts.text.format import percent
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import theme

MOST = 8
"""Largest number of actions with a row: the offered, then the most probable."""
_WIDE, _HIGH = 1184, 496
"""Reference width and height in pixels; other sizes scale by the smaller ratio."""
_HEAD, _CAPTION, _GAP, _MAP = 52, 44, 48, 0.3
"""Pixels of a half's name, of the line above its map and between the halves; the map's share."""
_NARROW = 600
"""Least width in pixels for halves side by side."""
_TYPE = 29.5
"""Type size at reference size, which gives 28 pixels in a window of 1280 x 720."""

_SIGNALS = {
    "u": f"max(0.6, min(width / {_WIDE}, height / {_HIGH}))",
    "type": f"max(16, {_TYPE} * u)",
    "stacked": f"width < {_NARROW}",
    "room": "stacked ? height / 2 : height",
    "half": f"stacked ? width : (width - {_GAP} * u) / 2",
    "map": f"room * {_MAP}",
    "bells": "0.48 * half",
    "unit": f"0.25 * half / {SPAN:g}",
    "bars": "0.74 * half",
    "full": "0.11 * half",
}


@dataclass(frozen=True, slots=True)
class Half:
    """A loop beside another.

    Attributes:
        name: distinguishing name.
        earned: mean reward; None before the first answer.
        ranked: ranking for the present visitor.
        favoured: favourite per context (`engine.evaluation.favoured_actions`).
    """

    name: str
    earned: float | None
    ranked: Ranked
    favoured: Sequence[Mapping[str, Any]]


@cached(bytes_in_world)
def beside_spec(world: World, dark: bool) -> Spec:
    """The picture of `beside_rows`."""
    rows = min(len(world.items), MOST)
    lanes = {
        "lane": f"min(84 * u, (room - map - {_HEAD + _CAPTION} * u) / {rows})",
        "columns": str(_columns(world)),
        "lines": str(_extent(world)[0]),
        "top": f"{_HEAD} * u + {rows} * lane + {_CAPTION} * u",
        "cells": "min(room - top, 1.2 * half * lines / columns)",
    }
    layers = [*_heads(dark), *_rows(dark), *_cells(dark)]
    spec = finish(dark, _HIGH, *layers, mark={"aria": False})
    spec["config"]["text"] |= {"fontSize": {"expr": "type"}, "align": "left", "baseline": "middle"}
    signals = [{"name": name, "expr": expr} for name, expr in (_SIGNALS | lanes).items()]
    return spec | {"encoding": IN_PIXELS, "params": signals, "height": "container"}


def _extent(world: World) -> tuple[int, ...]:
    """Number of values of each field on the map: all fields, or the first two."""
    fields = world.fields if world.is_mapped_whole else world.fields[:2]
    return tuple(world.extent(*(field.name for field in fields)).values())


def _columns(world: World) -> int:
    """Columns of the map: combinations of values of all its fields but the first."""
    return math.prod(_extent(world)[1:])


# -- marks ----------------------------------------------------------------------------


def _of(kind: str, test: str = "", **made: str) -> alt.Chart:
    """Rows of a kind, with calculated fields; their half begins at ``left`` and ``down``."""
    rows = blank().transform_filter(f"datum.kind == '{kind}'{test and f' && {test}'}")
    begins = {
        "left": f"stacked ? 0 : datum.half * (half + {_GAP} * u)",
        "down": "stacked ? datum.half * room : 0",
    }
    return rows.transform_calculate(**begins).transform_calculate(**made)


def _words(chart: alt.Chart, field: str, **look: Any) -> alt.Chart:
    words: alt.Chart = chart.mark_text(**look).encode(text=f"{field}:N")
    return words


def _heads(dark: bool) -> list[alt.Chart]:
    """Name and mean reward of each half."""
    look = {"fontWeight": 700, "fontSize": alt.ExprRef("1.2 * type")}
    line = {"y": "datum.down + 22 * u"}
    below = {"y": f"datum.down + top - {_CAPTION} * u / 2"}
    return [
        _words(
            _of("half", x="datum.left", **line), "name", limit=alt.ExprRef("0.64 * half"), **look
        ).encode(color=OWN_COLOUR),
        _words(_of("half", x="datum.left + half", **line), "earned", align="right", **look),
        _of("half", x="datum.left", y="datum.down + 45 * u", right="datum.left + half")
        .mark_rule(strokeWidth=3)
        .encode(x2="right", color=OWN_COLOUR),
        _words(
            _of("half", x="datum.left", **below),
            "caption",
            color=theme(dark).faint,
            limit=alt.ExprRef("half"),
        ),
    ]


def _rows(dark: bool) -> list[alt.Chart]:
    """Rows of actions: name, bell with the draw of this visitor, chance."""
    foot = f"datum.down + {_HEAD} * u + lane * (datum.place + 1)"
    middle = f"{foot} - lane / 2"
    ink, ground = theme(dark).ink, theme(dark).grid
    bars = "datum.left + bars"
    return [
        _box(
            "action", "datum.lit", "datum.left - 8 * u", "datum.left + half", foot, 0.96
        ).mark_rect(color=theme(dark).accent, opacity=0.14, cornerRadius=6),
        _words(
            _of("action", x="datum.left + 4 * u", y=middle),
            "label",
            limit=alt.ExprRef("bells - 12 * u"),
        ),
        _bells(foot)
        .mark_area(fillOpacity=0.6, interpolate="monotone")
        .encode(y2="foot", color=OWN_COLOUR, detail=["half:N", "action:N"]),
        _of("action", "isValid(datum.draw)", x=_reward("datum.draw"), y=f"{foot} - lane * 0.36")
        .mark_point(filled=True, stroke=ink, opacity=1, strokeWidth=1.5)
        .encode(
            color=OWN_COLOUR,
            size=alt.condition("datum.lit", alt.value(190), alt.value(60)),
        ),
        _box("action", "", bars, f"{bars} + full", foot, 0.5, 0.25).mark_rect(
            color=ground, opacity=0.8, cornerRadius=2
        ),
        _box("action", "", bars, f"{bars} + full * datum.chance", foot, 0.5, 0.25)
        .mark_rect()
        .encode(color=OWN_COLOUR),
        _words(
            _of("action", x="datum.left + half - 4 * u", y=middle),
            "told",
            align="right",
            fontWeight=600,
        ),
    ]


def _box(
    kind: str, test: str, left: str, right: str, foot: str, height: float, lift: float = 0.02
) -> alt.Chart:
    """A box from left to right, a share of a row high, lifted from its foot by another share."""
    low, high = f"{foot} - {lift} * lane", f"{foot} - {lift + height} * lane"
    return _of(kind, test, x=left, right=right, y=low, top=high).encode(x2="right", y2="top")


def _reward(reward: str) -> str:
    """Place of a reward, given as a share of the range, as an expression."""
    return f"datum.left + bells + unit * {from_left(reward)}"


def _bells(foot: str) -> alt.Chart:
    points = _of("action", foot=f"{foot} - 2 * u", z="sequence(-3.2, 3.2, 0.2)")
    return points.transform_flatten(["z"]).transform_calculate(
        wide="max(datum.sd, 1.5 / unit)",
        at="datum.mean + datum.wide * datum.z",
        x=_reward("datum.at"),
        y="datum.foot - 0.84 * lane * exp(-datum.z * datum.z / 2)",
    )


def _cells(dark: bool) -> list[alt.Chart]:
    """A cell for each context, in the colour of the favoured action."""
    wide, high = "half / columns", "cells / lines"
    place = {
        "x": f"datum.left + {wide} * datum.column + 1.5 * u",
        "right": f"datum.left + {wide} * (datum.column + 1) - 1.5 * u",
        "y": f"datum.down + top + {high} * datum.line + 1.5 * u",
        "bottom": f"datum.down + top + {high} * (datum.line + 1) - 1.5 * u",
    }
    cell = _of("cell", **place).encode(x2="right", y2="bottom")
    here = _of("cell", "datum.here", **place).encode(x2="right", y2="bottom")
    strength = alt.Opacity("strength:Q").scale(domain=(0, 1), range=(0, 1)).legend(None)
    return [
        cell.mark_rect(color=theme(dark).empty, cornerRadius=4),
        cell.mark_rect(cornerRadius=4).encode(strength, color=OWN_COLOUR),
        here.mark_rect(fillOpacity=0, stroke=theme(dark).ink, strokeWidth=3, cornerRadius=4),
    ]


# -- rows -----------------------------------------------------------------------------


def beside_rows(
    world: World, dark: bool, here: Mapping[str, str], halves: Sequence[Half]
) -> pa.Table:
    """Rows of `beside_spec`, the left half first; ``here`` is the context of the visitor."""
    actions, inks = theme(dark).actions, (theme(dark).accent, theme(dark).other)
    colours = {item.id: actions[i % len(actions)] for i, item in enumerate(world.items)}
    positions = _displayed(halves)
    scale = BeliefScale.of(world, *(half.ranked for half in halves))
    captions = _below(world, len(positions)), f"Framed, and above: {', '.join(here.values())}"
    rows: list[dict[str, object]] = []
    for side, half in enumerate(halves):
        of_half: dict[str, object] = {"half": side}
        earned = "" if half.earned is None else _earned(half.earned, scale.scale)
        texts = {"name": half.name, "earned": earned, "caption": captions[side]}
        rows.append(of_half | texts | {"kind": "half", "colour": inks[side]})
        for place, i in enumerate(positions):
            action = _action(world, half.ranked, i, scale) | {"colour": colours[world.items[i].id]}
            rows.append(of_half | action | {"kind": "action", "place": place})
        for number, cell in enumerate(half.favoured):
            line, column = divmod(number, _columns(world))
            at = {"kind": "cell", "line": line, "column": column, "strength": cell["strength"]}
            is_here = all(cell[name] == value for name, value in here.items())
            rows.append(of_half | at | {"colour": colours[cell["action"]], "here": is_here})
    return table(rows)


def _below(world: World, count: int) -> str:
    """Caption: number of actions without a row, and the fields of the map."""
    map_of = f"Map: favourites. Rows: {world.fields[0].label}"
    more = len(world.items) - count
    return f"{more} more. {map_of}" if more else map_of


def _displayed(halves: Sequence[Half]) -> list[int]:
    """Places of the actions with a row, in the world's order."""
    chances = [half.ranked.probabilities for half in halves]
    offered = {half.ranked.shown for half in halves}
    likely = sorted(
        range(len(chances[0])), key=lambda i: (i not in offered, -max(of[i] for of in chances))
    )
    return sorted(likely[:MOST])


def _earned(mean: float, scale: RewardScale) -> str:
    """Mean reward of a half, short; the talk's sentence says what it refers to."""
    return scale.value(mean) if scale.unit else f"{scale.value(mean)} each"


def _action(world: World, ranked: Ranked, i: int, scale: BeliefScale) -> dict[str, object]:
    """Row of an action, with rewards as shares of the range."""
    chance, draw = ranked.shown_probabilities()[i], ranked.draw[i] if ranked.draw else None
    return {
        "action": world.items[i].name,
        "label": world.items[i].label,
        "mean": scale.share(ranked.means[i]),
        "sd": scale.share(ranked.sds[i]),
        "draw": None if draw is None else scale.share(draw),
        "chance": chance,
        "told": percent(chance),
        "lit": i == ranked.shown,
    }
