"""What can be set on the Compare page, but for the rule."""

import streamlit as st

from pages.parts.compare.setup import CompareSetup
from pages.parts.toolbar import settings

KEY = CompareSetup.key


def choose_apprentice(setup: CompareSetup) -> None:
    """Who watches."""

    def take_its_crosses() -> None:
        ours = st.session_state[KEY("kind")] == "ours"
        st.session_state[KEY("crosses")] = 3 if ours else 1

    setup.draw("kind", on_change=take_its_crosses)
    setup.draw("truth")


def choose_settings(setup: CompareSetup) -> None:
    """Speed of play, seed, and how the loops learn."""
    with settings():
        setup.draw("speed", "seed", "auto", "explore", "crosses")
        setup.draw("rate", disabled=setup.kind != "service")
