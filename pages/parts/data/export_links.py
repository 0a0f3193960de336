"""Export of a loop as files."""

import streamlit as st

from engine.store import LoopInfo
from engine.store.exchange.loop_export import FORMATS
from pages.parts.components.download_link import download_link
from pages.parts.data.loop_download_route import link_to
from pages.parts.text.base_path import base_path
from pages.parts.text.format import note
from pages.parts.work.browser_session import this_session
from pages.parts.work.download_permission import DownloadPermission, download_permission
from pages.parts.work.frame_pace import pace
from pages.parts.work.frame_scheduler import frame

_TICK = 1.0
"""Seconds between two checks for a waiting file, on an idle server."""


def take_along(about: LoopInfo) -> None:
    """Draw links to the loop's log, decisions and model."""
    key = f"export-{about.id}"
    with st.expander("Export", icon=":material/download:", key=key, on_change="rerun") as box:
        if not box.open:
            return
        mine = download_permission(this_session())
        for kind in FORMATS:
            note(kind.story)
            path = link_to(about, kind, mine.token)
            download_link(f"get-{kind.key}-{about.id}", kind.title, f"{base_path()}{path}")
        st.fragment(_draw_waiting, run_every=pace(_TICK))(mine)


@frame
def _draw_waiting(mine: DownloadPermission) -> None:
    """Draw the position of a requested file in the queue."""
    if mine.waiting_text:
        note(mine.waiting_text)
