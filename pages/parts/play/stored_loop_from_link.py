"""Loop named in the address, opened on arrival."""

import streamlit as st

from engine.store import StoreError
from pages.parts.components.browser_id import LOOP, keys
from pages.parts.play.current_session import play_session
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import current_setup, set_widgets
from pages.parts.text.format import plain
from pages.parts.work.frame_scheduler import result_of
from pages.parts.work.session_singletons import existing


def open_loop(address_is_new: bool) -> None:
    """Open the loop in the address, with its settings; call before widgets are drawn."""
    session = existing(PlaySession)
    name = st.query_params.get("loop") if address_is_new else None
    if name is not None and (session is None or name != session.open.link):
        session = _go_to(name, session)
    elif name is not None and session is not None and "world" not in st.query_params:
        # The world of the loop is not among the app's.
        st.session_state[PlaySetup.key("world")] = session.setup.world
    if session is not None:
        theirs = session.set_by_others(current_setup(PlaySetup))
        if theirs is not None:
            set_widgets(theirs)


def follow(session: PlaySession, setup: PlaySetup) -> PlaySetup:
    """Adopt the page's settings; a loop that is reopened brings back its own settings."""
    session.adopt(setup)
    if session.setup != setup:
        set_widgets(session.setup)
    return session.setup


def _go_to(name: str, session: PlaySession | None) -> PlaySession | None:
    try:
        if not LOOP.fullmatch(name):
            raise StoreError("This link is broken.")
        with st.spinner("Opening the session"):
            stored = result_of(library().open_steps(name))
        if name == stored.id:  # A link from before links had roles.
            keys().add(name)
        if stored.world is None:
            raise StoreError("The world of this session cannot be played here.")
        if session is None:
            session = play_session(current_setup(PlaySetup), stored)
        else:
            session.move_to(stored)
        set_widgets(session.setup)
    except StoreError as error:
        sentence = f"{plain(error.message)} A new session is open instead."
        st.toast(sentence, icon=":material/link_off:", duration="infinite")
    return session
