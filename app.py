"""Front door: ``streamlit run app.py``.

The script that Streamlit runs is ``pages/parts/front.py``. A script with a ``pages/``
folder beside it would be taken for the older kind of multipage app, and a visitor
with a deep link to a fresh server would get a page without its frame.
"""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from pages.parts.routes import ROUTES  # noqa: E402

app = st.App(ROOT / "pages" / "parts" / "front.py", routes=ROUTES)
