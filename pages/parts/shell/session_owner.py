"""The frame's queries about this browser session: owner, rights, first minute."""

from contextlib import suppress

import streamlit as st

from engine.errors import PersonalizerError
from pages.parts.lessons.session import LearnSession
from pages.parts.play.first_minute import FirstMinute
from pages.parts.play.session import PlaySession
from pages.parts.settings import loop_library_access
from pages.parts.work.session_singletons import existing

_OWED = "owed"
"""Pairs of old and new owner ids whose hand-over is pending."""


def hand_over(before: str, now: str) -> None:
    """Transfer this browser's data to a new owner id as soon as the database is writable."""
    st.session_state.setdefault(_OWED, []).append((before, now))
    settle()


def settle() -> None:
    """Complete pending hand-overs; a database error leaves the rest pending."""
    owed: list[tuple[str, str]] = st.session_state.get(_OWED, [])
    session = existing(PlaySession)
    with suppress(PersonalizerError):
        while owed:
            loop_library_access.hand_over(*owed[0])
            _, now = owed.pop(0)
            if session is not None:
                session.owner = now


def may_only_look() -> bool:
    """Return True if the loop on the Play page belongs to another browser, as far as known."""
    session = existing(PlaySession)
    return session is not None and not session.may_answer


def lands_on_play() -> bool:
    """Return True for a first visit of the Play page without a link and before any lesson."""
    is_new = existing(PlaySession) is None and existing(LearnSession) is None
    return is_new and not st.query_params


def first_minute() -> FirstMinute:
    """Return the session's first-minute guide; an unused guide if Play was not visited."""
    session = existing(PlaySession)
    return session.first_minute if session else FirstMinute()
