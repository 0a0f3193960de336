"""The talk about a world that is written: who likes what best, and what that is worth to know."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from engine.worlds import World
from engine.worlds.rows import CellFault
from pages.parts.charts.map_axes import axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from pages.parts.scene.hero import hero
from pages.parts.scene.talk import Screen, Show
from pages.parts.text.format import plain
from pages.parts.text.theme import is_dark
from pages.parts.worlds.valued import ceilings_of
from pages.parts.worlds.wording import more_of, point_of, told

_FAULTS = 3
"""Faulty cells that a screen has room for."""


def worlds_show(world: World | None, faults: Sequence[CellFault]) -> Show:
    """The talk, or what stands in its way."""
    if world is None:
        said = "Not every cell of this world is right yet."
        return Show.of([Screen("faults", lambda: said, partial(_show_faults, faults), "")])
    return Show.of(
        [
            Screen(
                "map",
                lambda: f"{plain(world.title)}: who likes what best.",
                partial(_show_map, world),
                "Each cell is one kind of visitor, in the colour of what they like best: the "
                "stronger, the more it is worth to know that. Whoever learns is told none of it.",
            ),
            Screen(
                "worth",
                partial(_point, world),
                partial(_show_levels, world),
                "What can be earned by whoever looks at nothing, at one field, or at all that is "
                "known of a visitor. No visitor has come yet: it follows from the tastes.",
            ),
        ]
    )


def _point(world: World) -> str:
    found = ceilings_of(world)
    return point_of({"single": found.single.value, "best": found.best.value})


def _show_map(world: World) -> None:
    axes = next(iter(axes_of(world)))
    rows = truth_rows(world, axes, world.contexts[0])
    best = ", ".join(dict.fromkeys(rows.column("name").to_pylist()))
    spec = truth_spec(world, is_dark(), axes)
    hero(rows, spec, key="truth", alt=f"Who likes what best: {best}")


def _show_levels(world: World) -> None:
    found = ceilings_of(world)
    levels = {
        "By chance": found.uniform,
        "One for all": found.single,
        "By one field": found.field,
        "At best": found.best,
    }
    with st.container(key="stage-numbers"), st.container(key="numbers"):
        columns = st.columns(len(levels))
    for column, (label, ceiling) in zip(columns, levels.items(), strict=True):
        with column:
            st.metric(label, f"{ceiling.value:.2f}")


def _show_faults(faults: Sequence[CellFault]) -> None:
    with st.container(key="stage-words"):
        for fault in faults[:_FAULTS]:
            st.markdown(told(fault))
        if left := more_of(faults, _FAULTS):
            st.markdown(left)
