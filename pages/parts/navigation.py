"""The frame around every page: title, logo, navigation."""

import logging
from pathlib import Path

import streamlit as st

from pages.parts.clients import door, this_client
from pages.parts.components.browser_id import ask_browser
from pages.parts.components.theme_watch import follow_scheme
from pages.parts.frames import drawing_all
from pages.parts.operations.log_lines import timed
from pages.parts.sessions import hand_over, may_only_look
from pages.parts.theme import LOGO, style

_log = logging.getLogger(__name__)

PAGES = Path(__file__).parents[1]


def draw() -> None:
    """The frame, and in it the page that was asked for."""
    with drawing_all():
        _draw()


def _draw() -> None:
    st.set_page_config(page_title="Personalizer Playground", page_icon="🔔", layout="wide")
    st.logo(LOGO, size="large")
    st.html(style())
    if refused := door().refuse(this_client()):
        _log.warning("session refused")
        st.error(refused, icon=":material/groups:")
        st.stop()
    page = st.navigation(
        [
            st.Page(PAGES / "play.py", title="Play", icon=":material/touch_app:", default=True),
            st.Page(PAGES / "compare.py", title="Compare", icon=":material/compare_arrows:"),
            st.Page(PAGES / "race.py", title="Race", icon=":material/sports_score:"),
            st.Page(PAGES / "data.py", title="Data", icon=":material/database:"),
        ],
        position="top",
    )
    with timed(_log, "page drawn"):
        page.run()
    ask_browser(hand_over, must_tell=may_only_look())
    follow_scheme()
