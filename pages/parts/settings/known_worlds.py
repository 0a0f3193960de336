"""Registry of the worlds that pages can show, by key.

The app's own worlds are always available. A user's world is loaded from the store when a link names
its key, and stays in memory while a browser session shows it. A deleted world remains available to
these sessions, but not to new ones.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine import PersonalizerError
from engine.store import StoreError
from engine.worlds import GALLERY, WORLDS, World, key_of, world_named
from engine.worlds.world_contents import Drift
from pages.parts.settings.loop_library_access import touch_world, world_in_store
from pages.parts.text.format import plain

_KEPT = "worlds"
ROOM = 16 << 20
"""Bytes of worlds kept in memory per session; the least recently shown are dropped first."""
_OWN = re.compile(r"[a-z0-9-]{1,50}-[0-9a-f]{8}")
_at_hand: WeakValueDictionary[str, World] = WeakValueDictionary()
_deleted: WeakValueDictionary[str, World] = WeakValueDictionary()
"""Worlds in memory whose links no longer open."""
_lock = Lock()


def world_of(key: str) -> World:
    """Return the world with a key.

    Raises:
        KeyError: if no known or stored world has the key.
    """
    with _lock:
        known = _at_hand.get(key)
    if known is not None:
        return known
    try:
        return world_named(key)
    except KeyError:
        stored = _in_store(key)
        if stored is None:
            raise
        keep_at_hand(stored)
        return stored


def _in_store(key: str) -> World | None:
    if not _OWN.fullmatch(key):
        return None
    try:
        return world_in_store(key)
    except PersonalizerError:
        return None


def keep_at_hand(world: World) -> str:
    """Register a world for the lifetime of this browser session; return its key.

    The first use in a session renews the world's retention period in the store.

    Raises:
        StoreError: if another world is registered under the key.
    """
    key = key_of(world)
    if key in WORLDS:
        return key
    with _lock:
        known = _at_hand.setdefault(key, world)
    if known != world:
        sentence = f"Another world already has the key {key}: choose another title."
        raise StoreError(sentence, "OperationNotAllowed")
    if get_script_run_ctx(suppress_warning=True) is not None:
        kept: dict[str, World] = st.session_state.setdefault(_KEPT, {})
        if key not in kept:
            with suppress(PersonalizerError):
                touch_world(key)
        kept[key] = kept.pop(key, known)
        while len(kept) > 1 and sum(world.bytes for world in kept.values()) > ROOM:
            del kept[next(iter(kept))]
    return key


def key_in_link(text: str) -> str:
    """Return the key if a link's world is available; KeyError if not."""
    world = world_of(text)
    with _lock:
        is_deleted = text in _deleted
    if is_deleted and text not in st.session_state.get(_KEPT, {}) and _in_store(text) is None:
        raise KeyError(text)
    return keep_at_hand(world)


def is_kept(key: str, world: World) -> bool:
    """Return True if a key leads to the world in every session: a ready-made or a stored world."""
    try:
        return world_named(key) == world
    except KeyError:
        return _in_store(key) == world


def close_link(world: World) -> None:
    """Disable links to a world unless the store has it; sessions that show the world keep it."""
    with _lock:
        _deleted[key_of(world)] = world


def all_at_hand() -> Iterator[World]:
    """Yield the app's worlds and all worlds in memory, of any user: for checks, never for
    display."""
    yield from WORLDS.values()
    with _lock:
        worlds = list(_at_hand.values())
    yield from worlds


def drift_of(key: str) -> Drift:
    """Return the drift of a world's tastes in a race."""
    world = world_of(key)
    ready = (exhibit.drift for exhibit in GALLERY.values() if exhibit.world == world)
    return next(ready, world.drift)


def label_of(key: str) -> str:
    """Return a world's display name, as Markdown."""
    return plain(world_of(key).label)
