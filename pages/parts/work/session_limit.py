"""Number of browser sessions, and the cap on open ones."""

import os
from collections.abc import Callable, Mapping
from functools import cache
from threading import RLock
from typing import Self
from weakref import WeakSet

import streamlit as st

from engine.errors import check_number
from engine.loop.lock import locked
from engine.store.storage_limits import whole
from pages.parts.work.browser_session import is_connected

_CODE = "InvalidServiceConfiguration"
_VARIABLE = "PLAYGROUND_MAX_SESSIONS"


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
        max_sessions: sessions that may be open.
        is_connected: returns True while a session, given by its id, is connected.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration`` for a cap that is no whole number from 1.
    """

    def __init__(
        self, max_sessions: int = 500, is_connected: Callable[[str], bool] = is_connected
    ) -> None:
        check_number(_CODE, _VARIABLE, max_sessions, 1, 1_000_000, whole=True)
        self.lock, self.max_sessions, self._is_connected = RLock(), max_sessions, is_connected
        self._admitted: set[str] = set()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Return the configured cap, or the default."""
        text = environment.get(_VARIABLE, "").strip()
        return cls(whole(text)) if text else cls()

    @locked
    def admit(self, session_id: str) -> str | None:
        """Admit a session; return None, or the sentence of a refusal if the server is full."""
        if session_id in self._admitted:
            return None
        self._admitted = set(filter(self._is_connected, self._admitted))
        if len(self._admitted) >= self.max_sessions:
            return (
                f"This server has {self.max_sessions:,} pages open, the maximum. Come again "
                "in a few minutes."
            )
        self._admitted.add(session_id)
        return None

    @property
    @locked
    def open_sessions(self) -> int:
        """Number of open sessions, counted when the last one was admitted."""
        return len(self._admitted)


@cache
def session_limit() -> SessionLimit:
    """Return the server's cap, with the admitted sessions."""
    return SessionLimit.from_environment(os.environ)
