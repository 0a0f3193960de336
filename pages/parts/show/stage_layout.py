"""Layout of a screen on the stage: sentence, picture, and progress of the talk."""

from collections.abc import Callable

import streamlit as st

from pages.parts.components import component_value
from pages.parts.components.stage_front import counted, draw_overlay
from pages.parts.components.stage_keys import hear, turns
from pages.parts.components.toolbar import shortcut
from pages.parts.scene.stage_show import Show, advance
from pages.parts.show.show_link import ahead, show_in_link
from pages.parts.work.stage_remotes import this_remote

_KEYS = {
    "PageDown": "next",
    "ArrowRight": "next",
    " ": "next",
    "PageUp": "back",
    "ArrowLeft": "back",
}
"""Keys of presentation remotes and keyboards."""


def present(show: Show, corner: Callable[[], None]) -> None:
    """Draw the current screen.

    Args:
        corner: draws the upper right corner.
    """
    screen, has_keys = show.screen, shortcut("any") is not None

    def step(pressed: str) -> None:
        if setup := show_in_link():
            ahead(setup).start()
        this_remote().hand_counts = counted(component_value("steps", "pressed"), screen.name)
        advance(show, 1 if pressed == "next" else -1)

    # Before the slow picture, so that keys work meanwhile.
    hear("steps", _KEYS if has_keys else {}, screen.name, step, taps=("back", "next"))
    with st.container(key="on-stage"):
        with st.container(key="stage-head"):
            with st.container(key="stage-said"):
                st.title(screen.say(), anchor=False)
            with st.container(key="stage-corner"):
                corner()
        with st.container(key="stage-hero"):
            screen.draw()
    at, of = show.place
    draw_overlay(screen.hands, has_keys, screen.name, at / of, turns("steps"), screen.rows)
