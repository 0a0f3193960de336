"""Details below the page, opened on request: models, another world, log and code."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine import LearningLoop
from pages.parts.text.format import section

BOXES = "boxes"
"""Widget key of the open details."""
TITLES: Mapping[str, tuple[str, str]] = {
    "hypotheses": ("balance", "Which model predicts best"),
    "another": ("public", "Change tastes or offers from now on"),
    "log": ("list", "Event log"),
    "code": ("code", "Request, response and code"),
}
"""Icon and title of each box, by key."""


def boxes(loop: LearningLoop) -> dict[str, DeltaGenerator]:
    """Draw the row of buttons that open and close the boxes; return the container of each open box.

    A row for each box would cost a click as much as twelve unchanged elements.
    """
    known = [box for box in TITLES if box != "hypotheses" or loop.learner.weights]
    requested = st.session_state.get(BOXES, [])
    if not set(requested) <= set(known):  # Another loop may have no hypotheses.
        st.session_state[BOXES] = [box for box in requested if box in known]
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
