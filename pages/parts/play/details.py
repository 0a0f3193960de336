"""What stands below the page once somebody asks for it: ideas, another world, log and code."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine import LearningLoop
from pages.parts.text.format import section

BOXES = "boxes"
"""The key of those that are open."""
TITLES: Mapping[str, tuple[str, str]] = {
    "hypotheses": ("balance", "Which model fits best"),
    "another": ("public", "Change tastes or offers from now on"),
    "log": ("list", "Event log"),
    "code": ("code", "Request, response and code"),
}
"""Icon and title of each, by its key."""


def boxes(loop: LearningLoop) -> dict[str, DeltaGenerator]:
    """One row that opens and closes them; where those that are open go, each under its title.

    A row of its own for each cost a click as much as twelve elements that did not change.
    """
    known = [box for box in TITLES if box != "hypotheses" or loop.learner.weights]
    asked = st.session_state.get(BOXES, [])
    if not set(asked) <= set(known):  # Another loop may have no hypotheses.
        st.session_state[BOXES] = [box for box in asked if box in known]
    opened = st.pills(
        "Details",
        known,
        selection_mode="multi",
        format_func=lambda box: f":material/{TITLES[box][0]}: {TITLES[box][1]}",
        key=BOXES,
        label_visibility="collapsed",
        wrap=True,
    )
    places: dict[str, DeltaGenerator] = {}
    for box in filter(opened.__contains__, known):
        places[box] = st.container(border=True, key=box)
        with places[box]:
            section(TITLES[box][1])
    return places
