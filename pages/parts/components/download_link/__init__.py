"""Download link to a file that the server streams.

Streamlit's download button keeps the whole file in memory for the whole session.
"""

import re

import streamlit as st

from pages.parts.components import folder_text

_link = st.components.v2.component(
    "playground_download",
    css=folder_text(__file__, "style.css"),
    js=folder_text(__file__, "index.js"),
    isolate_styles=False,
)


def download_link(key: str, label: str, path: str, called: str = "") -> None:
    """Draw a link to download a file; ``called`` is the accessible name, by default the label."""
    # Double underscores separate parts of Streamlit's keys; one of 200 loop ids contains them.
    data = {"label": label, "path": path, "called": called or label}
    _link(key=re.sub("_(?=_)", "_.", key), data=data, width="content")
