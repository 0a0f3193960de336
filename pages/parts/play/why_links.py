"""Links to the Why page."""

from functools import cache

import streamlit as st

from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.why_subject import WhyQuery
from pages.parts.text.pages_folder import PAGES

PLAY = PAGES / "play.py"
"""The Play page, for links."""


@cache
def _why() -> st.Page:
    """Return the Why page as an object, as a fragment cannot find pages by their script."""
    return st.Page(PAGES / "why.py", title="Why")


def address_of(opened: OpenLoop, query: WhyQuery) -> dict[str, str]:
    """Return the query parameters for a question about an offer."""
    return ({"loop": opened.link} if opened.link else {}) | query.parameters()


def link_to_why(label: str, opened: OpenLoop, query: WhyQuery) -> None:
    """Draw a link that explains an offer."""
    icon, address = ":material/help:", address_of(opened, query)
    st.page_link(_why(), label=label, icon=icon, query_params=address)
