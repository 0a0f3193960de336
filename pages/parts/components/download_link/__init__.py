"""A link to a file that the server writes while the browser takes it.

Streamlit's own button keeps the whole file in memory, for as long as the session lasts.
"""

import re

import streamlit as st

from pages.parts.components import beside

_link = st.components.v2.component(
    "playground_download",
    css=beside(__file__, "style.css"),
    js=beside(__file__, "index.js"),
    isolate_styles=False,
)


def download_link(key: str, label: str, path: str, called: str = "") -> None:
    """Let a file be taken along; it may be ``called`` more than the label says."""
    # Two underscores in a row part Streamlit's own names, and one of 200 ids of loops has them.
    data = {"label": label, "path": path, "called": called or label}
    _link(key=re.sub("_(?=_)", "_.", key), data=data, width="content")
