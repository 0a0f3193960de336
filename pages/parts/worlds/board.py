"""What comes of what is written: what is wrong, the map of tastes, and what can be earned."""

from collections.abc import Sequence
from math import ceil

import streamlit as st

from engine.worlds import World
from engine.worlds.rows import CellFault
from pages.parts.charts.base import keys_of
from pages.parts.charts.map_axes import Axes, axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from pages.parts.scene.picture import picture
from pages.parts.text.format import note, plain, section
from pages.parts.text.money import per_thousand
from pages.parts.text.theme import is_dark
from pages.parts.worlds.valued import ceilings_of
from pages.parts.worlds.wording import (
    changes_on_race,
    earned,
    looks_at,
    more_of,
    point_of,
    size_of,
    told,
)

FAULTS = 6
"""Faulty cells that are told at once."""


def say_refused(refused: str) -> None:
    """Why something did not happen."""
    if refused:
        st.error(plain(refused), icon=":material/error:")


def show_faults(faults: Sequence[CellFault]) -> None:
    """Where the map will be: what is wrong, each in a sentence that names the cell."""
    section("What there is to learn")
    note("The map of tastes, and what can be earned, follow as soon as every cell is right.")
    lines = [told(fault) for fault in faults[:FAULTS]]
    if left := more_of(faults, FAULTS):
        lines.append(left)
    if lines:
        st.warning("  \n".join(lines), icon=":material/edit_note:")


def show_ceilings(world: World) -> None:
    """What can be earned, by whoever looks at nothing, one field, two, or all."""
    section("What there is to learn", "Computed from the tastes: no visitor has come yet.")
    found = ceilings_of(world)
    ways = [
        ("By chance", found.uniform, ""),
        ("One for all", found.single, looks_at(found.single, world)),
        ("By one field", found.field, looks_at(found.field, world)),
        *([("By two", found.pair, looks_at(found.pair, world))] if found.pair else []),
        ("At best", found.best, "everybody's own"),
    ]
    with st.container(horizontal=True, gap="small", key="ceilings"):
        for label, ceiling, looks in ways:
            with st.container(gap=None, width="content"):
                # Rounded up: what is not exact is never said to be off by nothing.
                about = "" if ceiling.is_exact else f" \u00b1 {ceil(200 * ceiling.error) / 100:.2f}"
                st.metric(label, f"{earned(ceiling.value)}{about}", width="content")
                if looks:
                    note(looks)
    with st.container(key="point"):
        point = point_of({"single": found.single.value, "best": found.best.value})
        note(f"{point} {size_of(world)}.{_in_unit(world)} {changes_on_race(world.drift)}".strip())


def _in_unit(world: World) -> str:
    """What the ends of these are in the unit of the world, if it has one."""
    if not world.unit:
        return ""
    values = world.single_value, world.best_value
    one, best = (plain(per_thousand(world, value)) for value in values)
    return f" One offer for all brings {one}; the best for each, {best}."


def _telling(world: World, maps: Sequence[Axes]) -> int:
    """The place of the map to begin with: the first if it shows everybody, else that of the two
    fields by which most can be earned."""
    pair = ceilings_of(world).pair
    spread = [{axes.row, *axes.columns} for axes in maps]
    if pair is None or len(spread[0]) == len(world.fields):
        return 0
    return next((at for at, fields in enumerate(spread) if fields == {*pair.fields}), 0)


def show_map(world: World) -> None:
    """Who likes what best."""
    maps = axes_of(world)
    axes = next(iter(maps))
    if len(maps) > 1:
        axes = st.selectbox(
            "Map of",
            list(maps),
            _telling(world, list(maps)),
            format_func=lambda one: f"Map: {maps[one]}",
            key=f"worlds-map-{'|'.join(field.name for field in world.fields)}",
            label_visibility="collapsed",
            width=260,
        )
    here = world.contexts[0]
    rows = truth_rows(world, axes, here)
    best = ", ".join(dict.fromkeys(rows.column("name").to_pylist()))
    picture(
        rows,
        truth_spec(world, is_dark(), axes),
        key="chart-truth",
        alt=f"Who likes what best: {best}",
        keys=keys_of(world, is_dark()),
    )
    spread = {axes.row, *axes.columns}
    held = [f"{f.label}: {here[f.name]}" for f in world.fields if f.name not in spread]
    if held:
        note(plain(f"With {', '.join(held)}."))
