"""The browser session for which a thread works."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A browser session.

    Attributes:
        id: given by Streamlit.
        address: IP address of its machine, for fair queueing; empty where it is unknown, as behind
            a proxy that does not forward it or is not trusted.
    """

    id: str
    address: str


_NO_SESSION = BrowserSession("", "")
_ACTING_FOR: ContextVar[BrowserSession] = ContextVar("acting_for", default=_NO_SESSION)


@contextmanager
def acting_for(session: BrowserSession) -> Iterator[None]:
    """Attribute the work of this thread to a session, outside of page scripts."""
    token = _ACTING_FOR.set(session)
    try:
        yield
    finally:
        _ACTING_FOR.reset(token)


def this_session() -> BrowserSession:
    """Return the session of this thread; empty id and address outside of any session."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return _ACTING_FOR.get()
    return BrowserSession(context.session_id, st.context.ip_address or "")


def is_connected(session_id: str) -> bool:
    """Return True if the session's tab is open and connected."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)
