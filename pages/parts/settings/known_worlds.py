"""The worlds that pages can show, by the names they have in links: the one place to look.

The app's own are there at once. One that somebody has made is looked for in the store when a
link names it; from then on it stays at hand as long as a browser session shows it. One that was
deleted stays for those sessions, and for no new one.
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
from engine.worlds.place import Drift
from pages.parts.settings.library import touch_world, world_in_store
from pages.parts.text.format import plain

_KEPT = "worlds"
ROOM = 16 << 20
"""Bytes of worlds that stay at hand for a session; what was shown longest ago goes first."""
_OWN = re.compile(r"[a-z0-9-]{1,50}-[0-9a-f]{8}")
_at_hand: WeakValueDictionary[str, World] = WeakValueDictionary()
_deleted: WeakValueDictionary[str, World] = WeakValueDictionary()
"""Those at hand whose links open nothing any more."""
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
    """Let pages find a world as long as this browser session lasts; its key.

    One that the session shows for the first time is in use: its time in the store begins anew.

    Raises:
        StoreError: if another world is shown under that key.
    """
    key = key_of(world)
    if key in WORLDS:
        return key
    with _lock:
        known = _at_hand.setdefault(key, world)
    if known != world:
        sentence = f"Another world is shown here under the key {key}: give this one another title."
        raise StoreError(sentence, "OperationNotAllowed")
    if get_script_run_ctx(suppress_warning=True) is not None:
        shown: dict[str, World] = st.session_state.setdefault(_KEPT, {})
        if key not in shown:
            with suppress(PersonalizerError):
                touch_world(key)
        shown[key] = shown.pop(key, known)
        while len(shown) > 1 and sum(world.bytes for world in shown.values()) > ROOM:
            del shown[next(iter(shown))]
    return key


def key_in_link(text: str) -> str:
    """The key of the world that a link names; KeyError if none is known here."""
    world = world_of(text)
    with _lock:
        is_deleted = text in _deleted
    if is_deleted and text not in st.session_state.get(_KEPT, {}) and _in_store(text) is None:
        raise KeyError(text)
    return keep_at_hand(world)


def is_kept(key: str, world: World) -> bool:
    """Whether a key leads to a world in every session: it is a ready one, or somebody keeps it."""
    try:
        return world_named(key) == world
    except KeyError:
        return _in_store(key) == world


def close_link(world: World) -> None:
    """Let a link to a world open nothing, unless somebody keeps it; whoever shows it goes on."""
    with _lock:
        _deleted[key_of(world)] = world


def all_at_hand() -> Iterator[World]:
    """The app's own worlds, and whatever anybody's pages show: for checks, never for a list."""
    yield from WORLDS.values()
    with _lock:
        shown = list(_at_hand.values())
    yield from shown


def drift_of(key: str) -> Drift:
    """How the tastes of a world are meant to change in a race."""
    world = world_of(key)
    ready = (exhibit.drift for exhibit in GALLERY.values() if exhibit.world == world)
    return next(ready, world.drift)


def label_of(key: str) -> str:
    """What a world is called on a page, as Markdown."""
    return plain(world_of(key).label)
