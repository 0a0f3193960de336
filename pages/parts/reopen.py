"""The loop in the address: opened when it is asked for, said once it is kept."""

import math
import re
import time

import streamlit as st

from engine.store import StoreError
from engine.worlds import WORLDS
from pages.parts.browser import owner
from pages.parts.keeping import library
from pages.parts.link import LAG
from pages.parts.look import plain
from pages.parts.session import PlaySession
from pages.parts.setup import Setup

NAME = "loop"
"""Its name in the link."""
_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def open_loop() -> None:
    """Go on with the loop that the address asks for, and let the page show its settings.

    Before any widget is drawn.
    """
    session: PlaySession | None = st.session_state.get("play")
    asked = _asked(session)
    if asked is not None:
        session = _go_to(asked, session)
    if session is not None:
        theirs = session.set_by_others(_widgets())
        if theirs is not None:
            _set_widgets(theirs)


def _asked(session: PlaySession | None) -> str | None:
    """The id in a link, if it is another loop's and not one that the browser is late with."""
    asked = st.query_params.get(NAME)
    written, at = st.session_state.get("loop-written", (None, -math.inf))
    if asked is None or asked == written or (session is not None and asked == session.link):
        return None
    return asked if time.monotonic() - at > LAG else None


def _go_to(asked: str, session: PlaySession | None) -> PlaySession | None:
    try:
        if not _ID.fullmatch(asked):
            raise StoreError("The link names a loop in a way that no loop is named.")
        with st.spinner("Opening the loop"):
            kept = library().open(asked)
        if kept.world not in WORLDS:
            raise StoreError("This loop serves no world that could be played here.")
        if session is None:
            session = PlaySession(_widgets(), shelf=library(), owner=owner(), kept=kept)
            st.session_state.play = session
        else:
            session.move_to(kept)
        _set_widgets(session.setup)
        st.session_state["loop-written"] = (asked, -math.inf)
    except StoreError as error:
        st.toast(f"{plain(error.message)} Here is a new one.", icon=":material/link_off:")
    return session


def _widgets() -> Setup:
    return Setup(**{name: st.session_state[Setup.key(name)] for name in Setup.names()})


def _set_widgets(setup: Setup) -> None:
    for name in Setup.names():
        st.session_state[Setup.key(name)] = getattr(setup, name)


def write_loop(session: PlaySession) -> None:
    """Let the address say which loop it is, once it is kept."""
    written, _ = st.session_state.get("loop-written", (None, 0.0))
    if session.link != written or session.link != st.query_params.get(NAME):
        if session.link is None:
            st.query_params.pop(NAME, None)
        else:
            st.query_params[NAME] = session.link
        st.session_state["loop-written"] = (session.link, time.monotonic())
