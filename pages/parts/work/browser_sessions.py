"""Browser sessions: which one a thread serves, how many are open, and the cap on them."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import Self
from weakref import WeakSet

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.errors import check_number
from engine.loop.lock import locked
from engine.store.limits import whole

_CODE = "InvalidServiceConfiguration"
_VARIABLE = "PLAYGROUND_MAX_SESSIONS"


@dataclass(frozen=True, slots=True)
class Client:
    """A browser session.

    Attributes:
        session: its id.
        address: IP address of its machine, for fair queueing; empty where it is unknown, as behind
            a proxy that does not forward it or is not trusted.
    """

    session: str
    address: str


_NOBODY = Client("", "")
_SERVED: ContextVar[Client] = ContextVar("served", default=_NOBODY)


@contextmanager
def serving(client: Client) -> Iterator[None]:
    """Attribute the work of this thread to a session, outside of page scripts."""
    token = _SERVED.set(client)
    try:
        yield
    finally:
        _SERVED.reset(token)


def this_client() -> Client:
    """Return the session of this thread; empty ids outside of any session."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return _SERVED.get()
    return Client(context.session_id, st.context.ip_address or "")


def is_there(session: str) -> bool:
    """Return True if the session's tab is open and connected."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


class _InMemory:
    """Object with the lifetime of a browser session in memory."""


_IN_MEMORY = "held"
_all_in_memory: WeakSet[_InMemory] = WeakSet()


def count_in_memory() -> None:
    """Count the script's session among `sessions_in_memory` until it is garbage-collected."""
    if _IN_MEMORY not in st.session_state:
        st.session_state[_IN_MEMORY] = entry = _InMemory()
        _all_in_memory.add(entry)


def sessions_in_memory() -> int:
    """Number of browser sessions in memory: open ones, sessions kept by Streamlit for two minutes
    in case of a reconnect, and sessions not yet garbage-collected."""
    return len(_all_in_memory)


class SessionLimit:
    """Cap on the browser sessions that are open at once: ``PLAYGROUND_MAX_SESSIONS``.

    Args:
        most: sessions that may be open.
        is_there: returns True while a session is open.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration`` for a cap that is no whole number from 1.
    """

    def __init__(self, most: int = 500, is_there: Callable[[str], bool] = is_there) -> None:
        check_number(_CODE, _VARIABLE, most, 1, 1_000_000, whole=True)
        self.lock, self.most, self._is_there = RLock(), most, is_there
        self._inside: set[str] = set()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The cap that is set, or the default."""
        text = environment.get(_VARIABLE, "").strip()
        return cls(whole(text)) if text else cls()

    @locked
    def refuse(self, session: str) -> str | None:
        """Admit a session: returns None, or, when the server is full, a sentence that says so."""
        if session in self._inside:
            return None
        self._inside = set(filter(self._is_there, self._inside))
        if len(self._inside) >= self.most:
            return (
                f"This server has {self.most:,} pages open, the maximum. Come again "
                "in a few minutes."
            )
        self._inside.add(session)
        return None

    @property
    @locked
    def inside(self) -> int:
        """Number of open sessions, counted when the last one was admitted."""
        return len(self._inside)


@cache
def session_limit() -> SessionLimit:
    """Return the server's cap, with the admitted sessions."""
    return SessionLimit.from_environment(os.environ)
