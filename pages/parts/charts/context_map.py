"""Map of contexts: the favoured action of each cell; a cell can be clicked."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pyarrow as pa

from engine.result_cache import cached
from engine.worlds import Context, World
from pages.parts.charts import map_layout
from pages.parts.charts.base import (
    PAGE,
    Size,
    Spec,
    action_colour,
    blank,
    bytes_in_world,
    finish,
    kept_by,
)
from pages.parts.charts.item_pictures import emoji_of, with_names, with_pictures
from pages.parts.charts.map_axes import Axes, heads_of
from pages.parts.charts.map_layout import by_cell
from pages.parts.text.theme import theme


@dataclass(frozen=True, slots=True)
class Moves:
    """Effect of the last answer on the map.

    Attributes:
        reach: change of the answered action's lead by cell; 0 where it is small.
        format: text of such a change.
    """

    reach: Mapping[int, float]
    format: Callable[[float], str] = str


NO_MOVES = Moves({})
EMOJI = "emoji"
"""Layer of the pictures in cells; the style sheet outlines them, as some are nearly white."""
_KEPT = kept_by("at")
VISIBLE = 0.15
"""Strength from which a cell carries the picture of its action."""
_CORNER = "M-2,0L0,0L0,2Z"
_ANY = 300
"""Height in pixels of a chart that fills the stage."""

Cells = Sequence[Mapping[str, Any]]
"""Rows of `engine.evaluation.favoured_actions.favourites`."""


@cached(bytes_in_world)
def map_spec(
    world: World, dark: bool, axes: Axes, size: Size = PAGE, upright: bool = False
) -> Spec:
    """Cells in the colour of the favoured action, with a corner for a better action.

    Args:
        upright: rows are columns and columns are rows: so it stands beside the picture, and its
            cells are wide on a phone, too.
    """
    values = {field.name: field.values for field in world.fields}
    extent = world.extent(axes.row, *axes.columns)
    if upright and size.on_stage:
        (x, y), height = map_layout.on_stage(world, axes), _ANY
    elif upright:
        rows = math.prod(extent[name] for name in axes.columns)
        x, y, height = map_layout.upright(values, axes, rows)
    else:
        x, y, height = map_layout.lying(values, axes, extent[axes.row])
    strength, seen = (
        alt.Opacity(f"{field}:Q").scale(domain=(0, 1), range=(0, 1)).legend(None)
        for field in ("strength", "seen")
    )
    base = blank().encode(x, y, _KEPT)
    quiet: dict[str, Any] = {"cornerRadius": 6, "aria": False}
    side = by_cell(0.4, 0.78, 12, 26)
    spec = finish(
        dark,
        height,
        base.mark_rect(
            color=theme(dark).empty, cursor="pointer", **quiet | _descriptions()
        ).properties(name="cells"),
        base.mark_rect(**quiet).encode(action_colour(world, dark), strength),
        base.mark_text(fontSize=side, aria=False)
        .encode(seen, text="emoji:N")
        .properties(name=EMOJI),
        *with_pictures(world, base, side, opacity=seen),
        *with_names(world, base, dark, opacity=seen),
        base.transform_filter("datum.fresh")
        .mark_rect(filled=False, strokeDash=[4, 3], strokeWidth=2, **quiet)
        .encode(action_colour(world, dark)),
        *_corners(world, dark, upright),
        _moves(base, dark),
        *(_ticks(base, dark) if size.on_stage else [_here(base, dark)]),
    ) | {"resolve": _APART}
    # With a selection of cells, marks above them leave the pointer to them.
    pointed = {"type": "point", "fields": ["at"], "on": "click"}
    selection = {"name": "cell", "select": pointed, "views": ["cells"]}
    return spec | {"params": [*spec["params"], selection]}


def _corners(world: World, dark: bool, upright: bool) -> list[alt.Chart]:
    """Corners of cells with another favourite than the best action: colour and picture of the
    best, as colours alone are not distinct for all eyes."""
    right, top = ("row", "column") if upright else ("column", "row")
    high = by_cell(0.42, 0.85, 12, 26).expr
    x = alt.X(f"{right}:N", bandPosition=1).sort(None)
    y = alt.Y(f"{top}:N", bandPosition=0).sort(None)
    rows = blank().transform_filter("isValid(datum.truth)").encode(_KEPT)
    left, down, side = f"-0.28 * {high}", f"0.3 * {high}", alt.ExprRef(f"0.46 * {high}")
    # A picture is placed from the middle of its cell.
    off = alt.ExprRef(f"bandwidth('x') / 2 {left}"), alt.ExprRef(f"-bandwidth('y') / 2 + {down}")
    cells = rows.encode(alt.X(f"{right}:N").sort(None), alt.Y(f"{top}:N").sort(None))
    return [
        rows.mark_point(
            shape=_CORNER,
            filled=True,
            size=alt.ExprRef(f"pow({high}, 2)"),
            opacity=1,
            stroke=theme(dark).ground,
            strokeWidth=2,
            clip=True,  # Outside the map its edge would make the cells narrower.
            aria=False,
        ).encode(x, y, action_colour(world, dark, "truth")),
        rows.mark_text(
            fontSize=side, dx=alt.ExprRef(left), dy=alt.ExprRef(down), aria=False
        ).encode(x, y, text="mark:N"),
        *with_pictures(world, cells, side, "truth", off),
    ]


def _moves(cells: alt.Chart, dark: bool) -> alt.Chart:
    """Triangles where the last answer moved the answered action up or down, larger for more."""
    look: dict[str, Any] = {
        "filled": True,
        "opacity": 1,
        "color": theme(dark).ink,
        "stroke": theme(dark).ground,
        "strokeWidth": 1.5,
        "aria": False,
        "shape": alt.ExprRef("datum.moved > 0 ? 'triangle-up' : 'triangle-down'"),
        "size": alt.ExprRef(f"pow(({by_cell(0.12, 0.25, 5, 9).expr}) * (1 + datum.extent), 2)"),
        "xOffset": alt.ExprRef("-max(0.36 * bandwidth('x'), bandwidth('x') / 2 - 10 * px)"),
    }
    triangles: alt.Chart = cells.transform_filter("datum.extent > 0").mark_point(**look)
    return triangles


def _ticks(cells: alt.Chart, dark: bool) -> list[alt.Chart]:
    """Tick in each cell whose favourite is the best action, once the truth is known."""
    right = cells.transform_filter("isValid(datum.best) && !isValid(datum.truth)")
    off: dict[str, Any] = {"xOffset": alt.ExprRef("bandwidth('x') / 2 - 12 * px"), "aria": False}
    size = alt.ExprRef("pow(min(1.2 * type, bandwidth('y')), 2)")
    disc = right.mark_point(shape="circle", filled=True, opacity=1, size=size, **off)
    return [
        disc.encode(color=alt.value(theme(dark).ground)),
        right.mark_text(fontWeight=700, baseline="middle", **off).encode(text=alt.value("✓")),
    ]


def _here(cells: alt.Chart, dark: bool) -> alt.Chart:
    """Frame around the cell of the current visitor."""
    framed: alt.Chart = cells.transform_filter("datum.here").mark_rect(
        filled=False, stroke=theme(dark).ink, strokeWidth=3, cornerRadius=6, aria=False
    )
    return framed


_APART = {"scale": {"opacity": "independent"}}
"""Independent opacity scales, for certainty and for pictures."""


def _descriptions() -> dict[str, Any]:
    """Tooltip of each cell, and its description for screen readers."""
    favoured = "{Favoured: datum.name, Chance: format(datum.probability, '.1%')}"
    truth = "isValid(datum.best) ? {'Truly best': datum.best} : {}"
    nothing = "{'': 'Nothing learned yet'}"
    parts = f"isValid(datum.name) ? {favoured} : {nothing}"
    said = "isValid(datum.name) ? ': ' + datum.name + ', ' + format(datum.probability, '.0%') : ''"
    moved = "datum.change ? {'Your last click, against the best other offer': datum.change} : {}"
    more = "datum.change ? ', your last click ' + datum.change : ''"
    return {
        "tooltip": alt.ExprRef(f"merge({{title: datum.who}}, {parts}, {truth}, {moved})"),
        "description": alt.ExprRef(f"datum.who + ({said}) + ({more})"),
        "aria": True,
    }


def map_rows(
    world: World,
    cells: Cells,
    here: Context,
    axes: Axes,
    knows: bool,
    truth: bool,
    moves: Moves = NO_MOVES,
    new: Collection[str] = (),
) -> pa.Table:
    """Rows of `map_spec`.

    Args:
        cells: all cells of the world, or of a slice of a large world.
        knows: True once the loop has learned; until then cells are empty.
        moves: effect of the last answer.
        new: ids of new actions. Where one is favoured though another is expected to earn more,
            little is known: such a cell has a frame and no colour.
    """
    visible = [cell for cell in cells if axes.shows(cell, here)]
    places = [world.cell(cell) for cell in visible]
    contexts = [world.contexts[at] for at in places]
    position, items = world.cell(here), {item.id: item for item in world.items}
    heads = heads_of(world)
    favoured = [cell["action"] if knows else None for cell in visible]
    best = [cell["best"] if truth else None for cell in visible]
    fresh = [knows and _is_unknown(world, cell, new) for cell in visible]
    # Without the truth, a cell without a picture has no colour either: words call it open.
    least = 0.0 if truth else VISIBLE
    strength = [
        cell["strength"] if knows and cell["strength"] > least and not is_fresh else 0.0
        for cell, is_fresh in zip(visible, fresh, strict=True)
    ]
    amounts = [moves.reach.get(at, 0.0) for at in places]
    most = max((abs(by) for by in moves.reach.values()), default=0.0)
    columns: dict[str, list[Any]] = {
        "at": places,
        "here": [at == position for at in places],
        "who": [" · ".join(context.values()) for context in contexts],
        "row": [context[axes.row] for context in contexts],
        "column": [
            "\n".join(heads[name, context[name]] for name in axes.columns) for context in contexts
        ],
        "action": favoured,
        "name": [items[action].name if action else None for action in favoured],
        "emoji": [emoji_of(items[action]) if action else None for action in favoured],
        "probability": [cell["probability"] if knows else None for cell in visible],
        "strength": strength,
        "seen": [
            float(is_fresh or share > VISIBLE)
            for share, is_fresh in zip(strength, fresh, strict=True)
        ],
        "fresh": fresh,
        "moved": amounts,
        "extent": [abs(by) / most if most else 0.0 for by in amounts],
        "change": [moves.format(by) if by else None for by in amounts],
        "best": [items[action].name if action else None for action in best],
        "mark": [emoji_of(items[b]) if b else None for b in best],
        "truth": [b if b != a else None for a, b in zip(favoured, best, strict=True)],
    }
    return pa.table(columns)


def stands_out(cell: Mapping[str, Any]) -> bool:
    """True for a cell with a favourite that is likely enough to carry its picture."""
    return bool(cell["strength"] > VISIBLE)


def _is_unknown(world: World, cell: Mapping[str, Any], new: Collection[str]) -> bool:
    """True for a cell with a new favourite that leads for lack of knowledge."""
    action, means = cell["action"], cell["means"]
    return action in new and world.items[means.index(max(means))].id != action
