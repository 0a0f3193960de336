"""Connect: calls of applications.

From top to bottom: the loop; its keys and code for the official clients, beside the calls as they
arrive; and settings under the names of the service.
"""

from functools import partial

import streamlit as st

from pages.parts.components.glossary_popover import words_of
from pages.parts.connect import call_list, loop_and_keys, settings_form, wording
from pages.parts.connect.open_connect import open_connection
from pages.parts.connect.session import ConnectSession
from pages.parts.text.format import question
from pages.parts.work.frame_scheduler import frame
from pages.parts.work.recent_calls import recent_calls

connection = open_connection()
session, stored = connection.session, connection.stored

question(wording.QUESTION, wording.INTRODUCTION, beside=partial(words_of, "connect"))
loop_and_keys.choose_loop(connection)
loop_and_keys.show_said(session, "keys")


@frame
def draw_calls(session: ConnectSession) -> None:
    """Draw a frame of the list of calls."""
    call_list.show_calls(session, stored)


if recent_calls().is_open:
    with st.container(key="connect-hero"):
        left, right = st.columns(2, gap="large")
    with left:
        loop_and_keys.show_keys(connection)
        loop_and_keys.show_code(session, stored)
    with right:
        st.fragment(draw_calls, run_every=session.pace, key="connect-calls-frame")(session)
else:
    st.warning(wording.OFF, icon=":material/block:")
if connection.is_own:
    with st.expander(
        "Settings of this session",
        icon=":material/tune:",
        key="connect-settings",
        on_change="rerun",
    ) as box:
        if box.open:
            loop_and_keys.show_said(session, "settings")
            settings_form.show_settings(session, stored)
