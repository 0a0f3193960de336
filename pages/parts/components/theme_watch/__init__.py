"""Theme changes: charts follow the system's or the person's choice, and print in light colours.

Streamlit repaints only its own elements; chart colours come from the script, so the browser
requests a run.
"""

import streamlit as st

from pages.parts.components import folder_text
from pages.parts.text.theme import is_dark, on_paper, theme

EVERY = 500
"""Milliseconds between checks of the background colour."""

_component = st.components.v2.component("playground_scheme", js=folder_text(__file__, "index.js"))


def follow_scheme() -> None:
    """Redraw the page when the background differs from the drawn theme, even if it changed during
    this run."""
    paper = dict(on_paper()) if is_dark() else {}
    data = {"every": EVERY, "drawn": theme(is_dark()).ground, "paper": paper}
    _component(key="scheme", data=data, height=1, on_changed_change=lambda: None)
