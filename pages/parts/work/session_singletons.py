"""Objects of a browser session: one per class, created at first use."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

S = TypeVar("S")


def existing(kind: type[S]) -> S | None:
    """Return the session's object of a class; None before its creation."""
    session: S | None = st.session_state.get(kind.__name__)
    return session


def session_of(kind: type[S], create: Callable[[], S]) -> S:
    """Return the session's object of a class, created at first use."""
    session = existing(kind)
    if session is None:
        session = st.session_state[kind.__name__] = create()
    return session
