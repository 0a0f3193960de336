"""Layout of the Worlds page beside its tables: faults, the map of tastes, the ceilings."""

from collections.abc import Sequence
from math import isclose

import streamlit as st

from engine.worlds import World
from engine.worlds.draft_rows import CellFault
from pages.parts.charts.map_axes import Axes, axes_of
from pages.parts.scene.part_drawing import draw, draw_chart
from pages.parts.scene.part_types import FigureStyle, Numbers, Scene
from pages.parts.text.format import note, plain, section
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import is_dark
from pages.parts.worlds.ceilings import ceilings_of
from pages.parts.worlds.page_content import scene_of
from pages.parts.worlds.wording import faults_in_words, in_its_unit

FAULTS = 6
"""Largest number of listed faults."""


def say_refused(refused: str) -> None:
    """Draw the reason for a refused action, if any."""
    if refused:
        st.error(plain(refused), icon=":material/error:")


def show_faults(faults: Sequence[CellFault]) -> None:
    """Draw a sentence per faulty cell, in place of the map."""
    section("What there is to learn")
    note("The map and the possible earnings appear as soon as every cell is valid.")
    if lines := faults_in_words(faults, FAULTS):
        st.warning("  \n".join(lines), icon=":material/edit_note:")


def show_world(world: World) -> None:
    """Draw the ceilings of a valid world, and the map of its best actions."""
    section("What there is to learn")
    scale = RewardScale.of(world)
    if said := in_its_unit(world, scale):
        note(said)
    _show_ceilings(scene_of(world, FigureStyle(is_dark())))
    scene = scene_of(world, FigureStyle(is_dark()), _choose_axes(world))
    if figure := scene.figure("map"):
        draw_chart(figure)
    draw(scene, "map-note")


def _show_ceilings(scene: Scene) -> None:
    part = scene["ceilings"]
    assert isinstance(part, Numbers)
    with st.container(horizontal=True, gap="small", key="ceilings"):
        for number in part.numbers:
            with st.container(gap=None, width="content"):
                st.metric(number.label, number.value, width="content")
                if number.below:
                    note(number.below)
    with st.container(key="point"):
        draw(scene, "point")


def _choose_axes(world: World) -> Axes:
    """Return the axes of the map, chosen in a menu if there are several maps."""
    maps = axes_of(world)
    if len(maps) == 1:
        return next(iter(maps))
    chosen: Axes = st.selectbox(
        "Map of",
        list(maps),
        _most_telling(world, list(maps)),
        format_func=lambda axes: f"Map: {maps[axes]}",
        key=f"worlds-map-{'|'.join(field.name for field in world.fields)}",
        label_visibility="collapsed",
        width=260,
    )
    return chosen


def _most_telling(world: World, maps: Sequence[Axes]) -> int:
    """Return the position of the map of the most rewarding pair of fields; of the first map if it
    shows all fields and they earn more."""
    ceilings, spread = ceilings_of(world), [{axes.row, *axes.columns} for axes in maps]
    pair, best = ceilings.pair, ceilings.best.value
    is_whole = len(spread[0]) == len(world.fields)
    if pair is None or (is_whole and not isclose(pair.value, best)):
        return 0
    return next((at for at, fields in enumerate(spread) if fields == {*pair.fields}), 0)
