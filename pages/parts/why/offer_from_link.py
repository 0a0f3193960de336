"""Resolution of the offer in the address, before the page is drawn."""

import streamlit as st

from pages.parts.play.current_session import play_session
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.play.stored_loop_from_link import open_loop
from pages.parts.play.why_links import address_of
from pages.parts.play.why_subject import WhyQuery
from pages.parts.scene.stage_show import SCREEN, STAGE
from pages.parts.settings.page_settings_base import current_setup, no_link, say_refused
from pages.parts.why.session import WhySession
from pages.parts.work.frame_scheduler import result_of
from pages.parts.work.session_singletons import session_of

_ADDRESS = "why-address"


def open_why() -> tuple[WhySession, PlaySession]:
    """Find the offer of the address in the loop open on Play, or in the loop that the address
    names.

    The address names the found offer from then on. An address of the current, unlogged visitor is
    not rewritten: Streamlit would add an entry to the browser's history, and Back would stop
    there.
    """
    no_link()
    query = st.query_params.to_dict()
    stage = {name: value for name, value in query.items() if name in {STAGE, SCREEN}}
    without_stage = {name: value for name, value in query.items() if name not in stage}
    is_new = without_stage != st.session_state.get(_ADDRESS)
    open_loop(is_new)
    play, session = (
        play_session(current_setup(PlaySetup)),
        session_of(WhySession, WhySession),
    )
    opened = play.open
    requested = WhyQuery.from_query(query) if is_new else session.query
    if not session.knows(opened, requested):
        with st.spinner("Reading what it knew then"), session.giving_way():
            is_there = result_of(session.finding(opened, requested))
        if not is_there:
            say_refused("The session no longer has this event. This is its latest one.")
    in_address = WhyQuery.from_query(query)
    address = address_of(opened, in_address if in_address.is_now else session.query)
    if without_stage != address:
        st.query_params.from_dict(address | stage)
    st.session_state[_ADDRESS] = address
    return session, play
