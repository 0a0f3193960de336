"""Light or dark: the charts follow when the system, or the person, changes it meanwhile, and are
light on paper.

Streamlit repaints its own parts alone; the colours of charts are drawn by the script, which
the browser therefore has run anew.
"""

import streamlit as st

from pages.parts.components import beside
from pages.parts.text.theme import is_dark, on_paper, theme

EVERY = 500
"""Milliseconds between two looks at the colour of the background."""

_component = st.components.v2.component("playground_scheme", js=beside(__file__, "index.js"))


def follow_scheme() -> None:
    """Have the page drawn anew when the background has another colour than it was drawn for, be
    it that it changed while this very run was on its way."""
    paper = dict(on_paper()) if is_dark() else {}
    data = {"every": EVERY, "drawn": theme(is_dark()).ground, "paper": paper}
    _component(key="scheme", data=data, height=1, on_changed_change=lambda: None)
