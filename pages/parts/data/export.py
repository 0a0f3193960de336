"""A loop as a file to take along."""

import streamlit as st

from engine.store import About
from engine.store.exchange.formats import FORMATS
from pages.parts.clients import this_client
from pages.parts.components.download_link import download_link
from pages.parts.data.downloads import link_to, this_pass
from pages.parts.routes import base_path
from pages.parts.text import note


def take_along(about: About) -> None:
    """The loop's log, its decisions and its model, each as a file."""
    key = f"export-{about.id}"
    with st.popover("Export", icon=":material/download:", key=key, on_change="rerun") as box:
        for kind in FORMATS if box.open else ():
            note(kind.story)
            path = link_to(about, kind, this_pass(this_client()).token)
            download_link(f"get-{kind.key}-{about.id}", kind.title, f"{base_path()}{path}")
