"""Talk about a world: the map of best actions and the value of knowledge."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from engine.worlds import World
from engine.worlds.draft_rows import CellFault
from pages.parts.charts.base import STAGE
from pages.parts.components.browser_id import owner
from pages.parts.components.stage_presentation import Talk
from pages.parts.scene.part_types import FigureStyle
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.theme import is_dark
from pages.parts.work.session_singletons import session_of
from pages.parts.worlds import draft_in_address
from pages.parts.worlds.page_content import scene_of
from pages.parts.worlds.page_settings import WorldsSetup
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.wording import faults_in_words

_FAULTS = 3
"""Largest number of faults on a screen."""


def open_talk() -> Talk:
    """Return the talk about the world, or the draft, in the address."""
    is_new = open_link(WorldsSetup)
    setup = current_setup(WorldsSetup)
    session = session_of(WorldsSession, lambda: WorldsSession(setup.world))
    session.adopt(setup.world)
    if is_new and "draft" in st.query_params:
        draft_in_address.restore(session, st.query_params["draft"])
    write_link(setup, draft=draft_in_address.draft_of(session, owner()))
    world, faults, _ = session.made()
    return Talk(partial(worlds_show, world, faults))


def worlds_show(world: World | None, faults: Sequence[CellFault]) -> Show:
    """Return the talk's screens, or a screen of faults."""
    if world is None:
        said = "Some cells of this world are not valid yet."
        return Show.of([Screen("faults", lambda: said, partial(_show_faults, faults), "")])
    scene = scene_of(world, FigureStyle(is_dark(), STAGE))
    return Show.of(
        [
            screen(
                scene, "map", "say-map", "map",
                "One cell for each kind of visitor, in the colour of their best "
                "action. A stronger colour means more to gain. The engine is told "
                "none of this.",
            ),
            screen(
                scene, "worth", "say-worth", "worth",
                "Possible earnings with one offer for all, with one field, and with "
                "everything that is known about a visitor. Computed from the true "
                "rates: no visitor has come yet.",
            ),
        ]
    )  # fmt: skip


def _show_faults(faults: Sequence[CellFault]) -> None:
    with st.container(key="stage-words"):
        for line in faults_in_words(faults, _FAULTS):
            st.markdown(line)
