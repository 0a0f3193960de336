"""The offer in the address, found before anything is drawn."""

import streamlit as st

from pages.parts.frames import outcome
from pages.parts.heavy_work import submit_here
from pages.parts.link import current_setup, no_link, say_refused
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.reopen import open_loop
from pages.parts.play.setup import PlaySetup
from pages.parts.sessions import play_session, why_session
from pages.parts.stage.screens import SCREEN, STAGE
from pages.parts.why.links import address_of
from pages.parts.why.session import WhySession
from pages.parts.why.subject import Asked

_ADDRESS = "why-address"


def open_why() -> tuple[WhySession, OpenLoop]:
    """Find what the address asks about, in the loop that is open on Play or that it names.

    The address says it from then on.
    """
    no_link()
    told = st.query_params.to_dict()
    stage = {name: value for name, value in told.items() if name in {STAGE, SCREEN}}
    asked_for = {name: value for name, value in told.items() if name not in stage}
    is_new = asked_for != st.session_state.get(_ADDRESS)
    open_loop(is_new)
    opened, session = play_session(current_setup(PlaySetup)).open, why_session()
    asked = Asked.from_query(told) if is_new else session.asked
    if not session.knows(opened, asked):
        with st.spinner("Reading what was believed then"), session.giving_way():
            is_there = outcome(submit_here(session.finding(opened, asked)))
        if not is_there:
            say_refused("The loop has no such event, or not any more: this is its last one.")
    address = address_of(opened, session.asked)
    if asked_for != address:
        st.query_params.from_dict(address | stage)
    st.session_state[_ADDRESS] = address
    return session, opened
