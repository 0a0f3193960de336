"""Access to the loop library of the process, shared by all sessions."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from threading import Lock

import streamlit as st

from engine import LoopSettings, PersonalizerError
from engine.evaluation.learning_curve import LearningCurve
from engine.pausable_steps import Steps
from engine.store import Limits, LoopInfo, LoopLibrary, Store, address
from engine.store.stored_worlds import KeptWorld
from engine.worlds import World
from pages.parts.text.format import plain


def loop_projections(world: World | None) -> tuple[LearningCurve, ...]:
    """Return the projections of every loop: the learning curve, if the world is known."""
    return () if world is None else (LearningCurve(world),)


_OPENING = Lock()
"""Lock that ensures the library is opened only once."""


@cache
def _opened(url: str) -> LoopLibrary:
    opened = LoopLibrary(Store.open(url, Limits.from_environment(os.environ)), loop_projections)
    opened.start_sweeping()
    return opened


def _library() -> LoopLibrary:
    with _OPENING:
        return _opened(address())


def library() -> LoopLibrary:
    """Return the library; if it cannot be opened, draw the error and stop the script."""
    try:
        return _library()
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        st.stop()


def library_of_server() -> LoopLibrary:
    """Return the kept loops, for a route; StoreError without a database."""
    return _library()


def positions_of(loops: Collection[str]) -> dict[str, int]:
    """Return lengths of the histories of existing loops by id; StoreError if the database fails."""
    return _library().store.lengths(loops)


def look_up(loop: str) -> tuple[LoopLibrary, LoopInfo]:
    """Return the library and a loop's summary; StoreError if the loop does not exist."""
    kept = _library()
    return kept, kept.store.loop_info(loop)


def settings_of(view: str) -> Steps[tuple[str, LoopSettings]]:
    """Return name and settings of a loop by its view id; StoreError if the loop does not exist."""
    kept, about = look_up(view)
    stored = yield from kept.open_steps(view)
    with stored.lock:
        return about.name, stored.loop.settings


def open_settings_of(view: str) -> LoopSettings | None:
    """Return the current settings of a loop without opening it; None unless open in this
    process."""
    with suppress(PersonalizerError):
        stored = _library().known(view)
        return None if stored is None else stored.loop.settings
    return None


def loops_of(owner: str) -> Mapping[str, str]:
    """Return names of a browser's loops by view id, the most recently used first; empty if the
    database fails."""
    with suppress(PersonalizerError):
        listed = _library().store.listed(owner)
        return {loop.view: loop.name for loop in listed if isinstance(loop, LoopInfo)}
    return {}


def world_in_store(key: str) -> World | None:
    """Return the stored world with a key, None if absent; StoreError if the database fails."""
    return _library().store.world(key)


def touch_world(key: str) -> None:
    """Renew the retention period of a stored world; StoreError if the database fails."""
    _library().store.touch_world(key)


def worlds_of(owner: str) -> list[KeptWorld]:
    """Return the worlds that a browser keeps; empty if the database fails."""
    with suppress(PersonalizerError):
        return _library().store.worlds(owner)
    return []


def hand_over(before: str, now: str) -> None:
    """Transfer an owner's loops and worlds to another owner; StoreError if the database fails."""
    _library().hand_over(before, now)


def ask_database() -> None:
    """Run a small query; StoreError if the database fails."""
    _library().store.ask()


def open_loops() -> int:
    """Return the number of loops open in this process."""
    return _library().open_loop_count if _opened.cache_info().currsize else 0
