"""Where loops are kept, for all sessions of this process."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache
from threading import Lock

import streamlit as st

from engine import LoopSettings, PersonalizerError
from engine.evaluation.learning_curve import LearningCurve
from engine.steps import Steps
from engine.store import Library, Limits, LoopInfo, Store, address
from engine.store.worlds import KeptWorld
from engine.worlds import World
from pages.parts.text.format import plain


def followers(world: World | None) -> tuple[LearningCurve, ...]:
    """What the pages show of every loop: what its visitors earned, in a world."""
    return () if world is None else (LearningCurve(world),)


_OPENING = Lock()
"""Held by whoever opens the library: it is opened once, however many come first."""


@cache
def _opened(url: str) -> Library:
    opened = Library(Store.open(url, Limits.from_environment(os.environ)), followers)
    opened.keep_swept()
    return opened


def _library() -> Library:
    with _OPENING:
        return _opened(address())


def library() -> Library:
    """The kept loops; without a database, or with wrong limits, the page says why and ends here."""
    try:
        return _library()
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        st.stop()


def library_of_server() -> Library:
    """Return the kept loops, for a route; StoreError without a database."""
    return _library()


def positions_of(loops: Collection[str]) -> dict[str, int]:
    """Lengths of the histories of those loops that there are; StoreError if nobody can tell."""
    return _library().store.lengths(loops)


def look_up(loop: str) -> tuple[Library, LoopInfo]:
    """The kept loops, and what is known of one; StoreError if there is no such loop."""
    found = _library()
    return found, found.store.about(loop)


def settings_of(view: str) -> Steps[tuple[str, LoopSettings]]:
    """Name and settings of a loop that may be looked at; StoreError if there is none."""
    found, about = look_up(view)
    stored = yield from found.opening(view)
    with stored.lock:
        return about.name, stored.loop.settings


def open_settings_of(view: str) -> LoopSettings | None:
    """The same settings as they are now, at once; None where that loop is not open here."""
    with suppress(PersonalizerError):
        stored = _library().known(view)
        return None if stored is None else stored.loop.settings
    return None


def loops_of(owner: str) -> Mapping[str, str]:
    """The loops of a browser, the last used first: their names, by that under which each may be
    looked at; none while nobody can tell."""
    with suppress(PersonalizerError):
        listed = _library().store.listed(owner)
        return {one.view: one.name for one in listed if isinstance(one, LoopInfo)}
    return {}


def world_in_store(key: str) -> World | None:
    """The world that somebody keeps under a key; StoreError if nobody can tell."""
    return _library().store.world(key)


def touch_world(key: str) -> None:
    """Count the time of a world that is kept from now; StoreError if that cannot be written."""
    _library().store.touch_world(key)


def worlds_of(owner: str) -> list[KeptWorld]:
    """The worlds that a browser keeps; none while nobody can tell."""
    with suppress(PersonalizerError):
        return _library().store.worlds(owner)
    return []


def hand_over(before: str, now: str) -> None:
    """Let what one owner has be another's; StoreError if that cannot be written."""
    _library().hand_over(before, now)


def ask_database() -> None:
    """Ask the database something small; StoreError if it cannot serve."""
    _library().store.ask()


def open_loops() -> int:
    """How many loops this process has open."""
    return _library().open_loops if _opened.cache_info().currsize else 0
