"""The frame around every page: title, logo, navigation."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pages.parts.browser import ask_browser  # noqa: E402
from pages.parts.look import LOGO  # noqa: E402

st.set_page_config(page_title="Personalizer Playground", page_icon="🔔", layout="wide")
st.logo(LOGO, size="large")
PAGES = ROOT / "pages"
page = st.navigation(
    [
        st.Page(PAGES / "play.py", title="Play", icon=":material/touch_app:", default=True),
        st.Page(PAGES / "compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page(PAGES / "data.py", title="Data", icon=":material/database:"),
    ],
    position="top",
)
page.run()
ask_browser()
