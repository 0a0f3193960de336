"""Links to the Why page, from wherever something was offered."""

from functools import cache

import streamlit as st

from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.why_subject import Asked
from pages.parts.text.page_files import PAGES

PLAY = PAGES / "play.py"
"""The Play page, for links."""


@cache
def _why() -> st.Page:
    """The page, itself: where a part of another is drawn alone, none is known by its script."""
    return st.Page(PAGES / "why.py", title="Why")


def address_of(opened: OpenLoop, asked: Asked) -> dict[str, str]:
    """What the address says where something of a loop is asked about."""
    return ({"loop": opened.link} if opened.link else {}) | asked.query()


def link_to_why(label: str, opened: OpenLoop, asked: Asked) -> None:
    """A link to why something was offered, or would be."""
    icon, query = ":material/help:", address_of(opened, asked)
    st.page_link(_why(), label=label, icon=icon, query_params=query)
