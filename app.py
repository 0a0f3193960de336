"""Front door: ``streamlit run app.py``.

The script that Streamlit runs is ``pages/parts/front.py``. A script with a ``pages/``
folder beside it would be taken for the older kind of multipage app, and a visitor
with a deep link to a fresh server would get a page without its frame.
"""

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).parent / "pages" / "parts" / "front.py")
