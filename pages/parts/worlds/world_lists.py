"""Lists of this browser's worlds and of the ready-made worlds, with their actions."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

import streamlit as st

from engine import PersonalizerError
from engine.store.store import MAX_NAME
from engine.store.stored_worlds import KeptWorld
from engine.worlds import GALLERY, World, key_of
from engine.worlds.limits import MAX_TITLE
from engine.worlds.world_file import world_to_file
from pages.parts.components.download import download_text
from pages.parts.settings.known_worlds import close_link, keep_at_hand
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import show
from pages.parts.text.format import ago, counted, note, plain, section
from pages.parts.text.pages_folder import PAGES
from pages.parts.text.reward_scale import RewardScale
from pages.parts.worlds.page_settings import WorldsSetup
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.wording import earned, size_of

RACE = PAGES / "race.py"
_KEY = WorldsSetup.key("world")
_OWN = ", own"
"""End of the name of an own world with the title of a ready one."""
_COPY = re.compile(r", copy( \d+)?$")


def is_ready(world: World) -> bool:
    """Return True for a ready-made world, which needs no storing."""
    return any(world == exhibit.world for exhibit in GALLERY.values())


def keep(session: WorldsSession, world: World, owner: str) -> str:
    """Store the written world and return its key; an own world that it came from is replaced.

    Raises:
        PersonalizerError: if storing fails.
    """
    keep_at_hand(world)
    if not is_ready(world):
        before = session.origin.world
        instead = key_of(before) if before is not None else ""
        name = f"{world.title}{_OWN}" if world.title in _ready_titles() else ""
        kept = library().store.keep_world(world, owner, name, instead_of=instead)
        _say_renamed(kept, owner)
    key = session.record_as_world(world)
    st.session_state[_KEY] = key
    return key


def _ready_titles() -> set[str]:
    return {exhibit.world.title for exhibit in GALLERY.values()}


def _say_renamed(kept: KeptWorld, owner: str) -> None:
    """Say under which name a world is listed, if another world has its title."""
    title = kept.world.title
    names = {other.name for other in library().store.worlds(owner)}
    if kept.name != title and title in names | _ready_titles():
        sentence = f"Saved as {kept.name}, as another world is called {title}."
        st.toast(plain(sentence), icon=":material/info:")


def _attempt(session: WorldsSession, verb: Callable[[], object]) -> None:
    try:
        verb()
    except PersonalizerError as error:
        session.refused = error.message


def show_kept(session: WorldsSession, owner: str) -> None:
    """Draw a row per stored world, the most recently used first."""
    try:
        kept = library().store.worlds(owner)
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        return
    limits = library().store.limits
    section(
        f"Your worlds ({len(kept)})",
        f"At most {limits.max_worlds:,}, each for {limits.retention_days:,} days "
        "after its last use. Sessions keep the world that they started with.",
    )
    if not kept:
        note("None yet. A world is saved when you press Save, or play it.")
    with st.container(gap="xsmall", key="kept-worlds"):
        for world in kept:
            _show(session, owner, world)


def _row(key: str, title: str, details: str, story: str = "") -> st.delta_generator.DeltaGenerator:
    row = st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=key
    )
    with row, st.container(gap=None, width="stretch"):
        st.markdown(f"**{plain(title)}**")
        if story:
            st.markdown(f":small[{plain(story)}]")
        note(details)
    return row


def _open(session: WorldsSession, world: World, key: str) -> None:
    def take() -> None:
        _attempt(session, lambda: show(_KEY, keep_at_hand(world)))

    st.button("Open", key=key, on_click=take)


def _show(session: WorldsSession, owner: str, kept: KeptWorld) -> None:
    world = kept.world
    title = world.title if world.title != kept.name else ""
    parts = plain(title), size_of(world), ago(time.time() - kept.used)
    details = " \u00b7 ".join(filter(None, parts))
    with _row(f"world-{kept.key}", f"{world.emoji} {kept.name}".strip(), details):
        _open(session, world, f"open-world-{kept.key}")
        with st.popover("More", key=f"world-menu-{kept.key}", on_change="rerun") as menu:
            if menu.open:
                _menu(session, owner, kept)


def _menu(session: WorldsSession, owner: str, kept: KeptWorld) -> None:
    store, name = library().store, f"world-name-{kept.key}"

    def rename() -> None:
        if (said := st.session_state[name]) is None:
            return  # The field has just left the page.
        _attempt(session, lambda: store.rename_world(kept.key, owner, said))

    def copy() -> None:
        store.keep_world(copy_of(kept.world, store.worlds(owner)), owner)

    def duplicate() -> None:
        _attempt(session, copy)

    def erase() -> None:
        store.delete_world(kept.key, owner)
        close_link(kept.world)

    def delete() -> None:
        _attempt(session, erase)

    st.text_input("Name", kept.name, max_chars=MAX_NAME, key=name, on_change=rename)
    st.button(
        "Duplicate",
        key=f"duplicate-world-{kept.key}",
        icon=":material/content_copy:",
        on_click=duplicate,
        width="stretch",
    )
    text = partial(world_to_file, kept.world)
    download_text("Download as JSON", text, f"world-json-{kept.key}", f"{kept.key}.json")
    st.markdown("Anyone with this link can open this world")
    address = (st.context.url or "").partition("?")[0]
    st.code(f"{address}?world={kept.key}", language=None, wrap_lines=True)
    st.button(
        "Delete for good",
        key=f"delete-world-{kept.key}",
        icon=":material/delete_forever:",
        on_click=delete,
        width="stretch",
        help="Its link stops working. Sessions that use it stay, and so does the open draft.",
    )


def copy_of(world: World, kept: Sequence[KeptWorld]) -> World:
    """Return a copy of a world with a title that no kept world has, and therefore another key."""
    names = {other.name for other in kept} | {other.world.title for other in kept}
    title = _COPY.sub("", world.title)
    for number in count(1):
        more = ", copy" if number == 1 else f", copy {number}"
        named = f"{title[: MAX_TITLE - len(more)]}{more}"
        if named not in names:
            break
    return replace(world, title=named)


def show_gallery(session: WorldsSession) -> None:
    """Draw the ready-made worlds, each with its story, its point and its ceilings."""
    section("Ready worlds", "Each can be played as it is, or changed into one of your own.")
    gallery = st.container(key="gallery")
    for name, exhibit in GALLERY.items():
        world, ceilings = exhibit.world, exhibit.world.ceilings
        scale = RewardScale.of(world)
        per = f",{scale.per}" if scale.is_money else ""
        earns = (
            f"{earned(scale, ceilings.uniform.value)} with random offers, "
            f"{earned(scale, ceilings.best.value)} at best{per}"
        )
        actions = counted(len(world.items), "action").replace(" ", "\u00a0")
        about = plain(f"{exhibit.shows} {actions}; ")
        details = f"{about}{earns}."
        with gallery, _row(f"exhibit-{name}", world.label, details, world.story):
            if exhibit.drift != "none":
                st.page_link(RACE, label="Race", query_params={"world": name})
            _open(session, world, f"open-exhibit-{name}")
