"""The offer in the address, found before anything is drawn."""

import streamlit as st

from pages.parts.play.opened import play_session
from pages.parts.play.reopen import open_loop
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.play.why_links import address_of
from pages.parts.play.why_subject import Asked
from pages.parts.scene.talk import SCREEN, STAGE
from pages.parts.settings.link import current_setup, no_link, say_refused
from pages.parts.why.session import WhySession
from pages.parts.work.frames import result_of
from pages.parts.work.session_state import session_of

_ADDRESS = "why-address"


def open_why() -> tuple[WhySession, PlaySession]:
    """Find the offer that the address asks for, in the loop that is open on Play or that it names.

    The address names that offer from then on. One that asks for whoever stands there now is not
    rewritten: Streamlit would add an entry to the browser's history, and Back would stop there.
    """
    no_link()
    told = st.query_params.to_dict()
    stage = {name: value for name, value in told.items() if name in {STAGE, SCREEN}}
    asked_for = {name: value for name, value in told.items() if name not in stage}
    is_new = asked_for != st.session_state.get(_ADDRESS)
    open_loop(is_new)
    play, session = (
        play_session(current_setup(PlaySetup)),
        session_of(WhySession, WhySession),
    )
    opened = play.open
    asked = Asked.from_query(told) if is_new else session.asked
    if not session.knows(opened, asked):
        with st.spinner("Reading what was believed then"), session.giving_way():
            is_there = result_of(session.finding(opened, asked))
        if not is_there:
            say_refused("The loop has no such event, or not any more: this is its last one.")
    in_address = Asked.from_query(told)
    address = address_of(opened, in_address if in_address.is_now else session.asked)
    if asked_for != address:
        st.query_params.from_dict(address | stage)
    st.session_state[_ADDRESS] = address
    return session, play
