"""The worlds that pages can show, by the names they have in links: the one place to look.

The app's own are there at once. One that somebody has made is looked for in the store when a
link names it; from then on it stays at hand as long as a browser session shows it.
"""

import re
from collections.abc import Iterator
from threading import Lock
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine import PersonalizerError
from engine.worlds import WORLDS, World, key_of, world_named
from pages.parts.library import world_in_store
from pages.parts.text import plain

_KEPT = "worlds"
_OWN = re.compile(r"[a-z0-9-]{1,50}-[0-9a-f]{8}")
_at_hand: WeakValueDictionary[str, World] = WeakValueDictionary()
_lock = Lock()


def world_of(key: str) -> World:
    """The world that has a key.

    Raises:
        KeyError: if none is known here that has it.
    """
    with _lock:
        known = _at_hand.get(key)
    if known is not None:
        return known
    try:
        return world_named(key)
    except KeyError:
        kept = _in_store(key)
        if kept is None:
            raise
        keep_at_hand(kept)
        return kept


def _in_store(key: str) -> World | None:
    if not _OWN.fullmatch(key):
        return None
    try:
        return world_in_store(key)
    except PersonalizerError:
        return None


def keep_at_hand(world: World) -> str:
    """Let pages find a world as long as this browser session lasts; its key."""
    key = key_of(world)
    if key not in WORLDS:
        with _lock:
            _at_hand[key] = world
        if get_script_run_ctx(suppress_warning=True) is not None:
            st.session_state.setdefault(_KEPT, {})[key] = world
    return key


def key_in_link(text: str) -> str:
    """The key of the world that a link names; KeyError if none is known here."""
    return keep_at_hand(world_of(text))


def all_at_hand() -> Iterator[World]:
    """The app's own worlds, and whatever anybody's pages show: for checks, never for a list."""
    yield from WORLDS.values()
    with _lock:
        shown = list(_at_hand.values())
    yield from shown


def label_of(key: str) -> str:
    """What a world is called on a page, as Markdown."""
    return plain(world_of(key).label)
