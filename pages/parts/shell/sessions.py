"""What the frame asks of this browser session's Play page."""

from contextlib import suppress

import streamlit as st

from engine.errors import PersonalizerError
from pages.parts.lessons.session import LearnSession
from pages.parts.play.first_minute import FirstMinute
from pages.parts.play.session import PlaySession
from pages.parts.settings import library
from pages.parts.work.session_state import existing

_OWED = "owed"
"""Names under which the browser was known, each with the next, that are not handed over yet."""


def hand_over(before: str, now: str) -> None:
    """The browser was known under another name: what this session has kept so far is its own, as
    soon as the database can be written."""
    st.session_state.setdefault(_OWED, []).append((before, now))
    settle()


def settle() -> None:
    """Hand over what could not be handed over yet; while it still cannot, pages are drawn without,
    and those that need the database say why it does not serve."""
    owed: list[tuple[str, str]] = st.session_state.get(_OWED, [])
    session = existing(PlaySession)
    with suppress(PersonalizerError):
        while owed:
            library.hand_over(*owed[0])
            _, now = owed.pop(0)
            if session is not None:
                session.owner = now


def may_only_look() -> bool:
    """Whether the loop on the Play page is somebody else's, as far as the browser has told."""
    session = existing(PlaySession)
    return session is not None and not session.may_answer


def lands_on_play() -> bool:
    """Whether somebody comes to the Play page itself for the first time: by no link, and from no
    lesson."""
    is_new = existing(PlaySession) is None and existing(LearnSession) is None
    return is_new and not st.query_params


def first_minute() -> FirstMinute:
    """That of this session, which nobody wants where Play was not visited."""
    session = existing(PlaySession)
    return session.first_minute if session else FirstMinute()
