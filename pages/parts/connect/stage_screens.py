"""The single screen of the Connect page: the latest calls; before the first, the code of a call."""

from functools import partial

import streamlit as st

from engine.store import StoredLoop
from pages.parts.components.stage_presentation import Talk
from pages.parts.connect import wording
from pages.parts.connect.client_code import essence
from pages.parts.connect.loop_and_keys import local_zone
from pages.parts.connect.open_connect import open_connection
from pages.parts.connect.server_address import endpoint
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.text.format import plain
from pages.parts.work.recent_calls import recent_calls

_ROWS = 6
"""Most calls on the screen, the latest."""
_NOTE = "The official Personalizer client calls this address. Each call teaches the engine."


def open_talk() -> Talk:
    """Return the talk about the calls of the displayed loop."""
    connection = open_connection()
    show = partial(connect_show, connection.stored)
    return Talk(show, connection.session, leads_to="this page")


def connect_show(stored: StoredLoop) -> Show:
    """Return the screen with the latest calls."""
    return Show.of([Screen("calls", partial(_sentence, stored), partial(_show, stored), _NOTE)])


def _sentence(stored: StoredLoop) -> str:
    total = recent_calls().total(stored.id)
    if not total:
        return f"Applications call {plain(endpoint())}."
    return wording.came(total, total)


def _show(stored: StoredLoop) -> None:
    zone = local_zone()
    calls = recent_calls().latest(stored.id, _ROWS)
    with stored.lock:
        events = stored.loop.events
        lines = [wording.line_of(call, events.get(call.event_id), zone) for call in calls]
    with st.container(key="stage-calls"):
        if not lines:
            st.code(essence(endpoint()), "python")
        for line in lines:
            st.markdown(line)
