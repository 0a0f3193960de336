"""Who is here: browser sessions, the addresses that they come from, and how many there may be."""

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


@dataclass(frozen=True, slots=True)
class Client:
    """A browser session.

    Attributes:
        session: its id.
        address: of the machine that it comes from; empty where that is not known, as behind a
            proxy that does not tell or is not believed.
    """

    session: str
    address: str


_NOBODY = Client("", "")
_SERVED: ContextVar[Client] = ContextVar("served", default=_NOBODY)


@contextmanager
def serving(client: Client) -> Iterator[None]:
    """Beside the scripts: what this thread does meanwhile is done for a session."""
    token = _SERVED.set(client)
    try:
        yield
    finally:
        _SERVED.reset(token)


def this_client() -> Client:
    """The session that this thread does something for; without ids outside of any."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return _SERVED.get()
    return Client(context.session_id, st.context.ip_address or "")


def is_there(session: str) -> bool:
    """Whether the session's tab is open and connected."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


class _Held:
    """What a browser session has for as long as it is in memory."""


_HELD = "held"
_all_held: WeakSet[_Held] = WeakSet()


def count_as_held() -> None:
    """Count the session that this script runs for as one in memory, until it is there no more."""
    if _HELD not in st.session_state:
        st.session_state[_HELD] = held = _Held()
        _all_held.add(held)


def held_sessions() -> int:
    """Browser sessions in memory: those that are there, those that Streamlit keeps for two minutes
    in case that they come back, and those that were not collected yet."""
    return len(_all_held)


@dataclass(frozen=True, slots=True)
class Room:
    """How many sessions may be there at once: ``PLAYGROUND_MAX_SESSIONS``, ...

    Attributes:
        max_sessions: on this server.
        max_sessions_per_address: from one address, where that is known.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``.
    """

    max_sessions: int = 500
    max_sessions_per_address: int = 250

    def __post_init__(self) -> None:
        for name in ("max_sessions", "max_sessions_per_address"):
            variable = f"PLAYGROUND_{name.upper()}"
            check_number(_CODE, variable, getattr(self, name), 1, 1_000_000, whole=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """What is set, and the defaults for the others."""
        names = ("max_sessions", "max_sessions_per_address")
        given = {name: environment.get(f"PLAYGROUND_{name.upper()}", "").strip() for name in names}
        return cls(**{name: whole(text) for name, text in given.items() if text})


class Door:
    """Lets sessions in as long as there is room.

    Args:
        is_there: whether a session is still there.
    """

    def __init__(self, room: Room, is_there: Callable[[str], bool] = is_there) -> None:
        self.lock = RLock()
        self._room, self._is_there = room, is_there
        self._inside: dict[str, Client] = {}

    @locked
    def refuse(self, client: Client) -> str | None:
        """Why a session cannot come in, in a sentence; None if it is in."""
        if client.session in self._inside:
            return None
        self._inside = {s: inside for s, inside in self._inside.items() if self._is_there(s)}
        if len(self._inside) >= self._room.max_sessions:
            return (
                f"This server has {self._room.max_sessions:,} pages open, the most that it may. "
                "Come again in a few minutes."
            )
        same = sum(inside.address == client.address for inside in self._inside.values())
        if client.address and same >= self._room.max_sessions_per_address:
            return (
                f"Your address has {same:,} pages open here, the most that it may. "
                "Close one of them and load this page again."
            )
        self._inside[client.session] = client
        return None

    @property
    @locked
    def inside(self) -> int:
        """How many sessions there were when the last one came in."""
        return len(self._inside)


@cache
def door() -> Door:
    """The door of this server."""
    return Door(Room.from_environment(os.environ))
