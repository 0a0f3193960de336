"""List of this browser's loops, with a menu for each."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import streamlit as st

from engine import PersonalizerError
from engine.store import LoopInfo, LoopLibrary, world_codec
from engine.store.loop_info import Damaged, Origin
from engine.store.store import MAX_NAME
from engine.worlds import World
from pages.parts.data.export_links import take_along
from pages.parts.data.loop_rewards import loop_rewards, mean_reward, sparkline
from pages.parts.play.session import PlaySession
from pages.parts.text.format import ago, counted, note, plain, section
from pages.parts.text.pages_folder import PAGES
from pages.parts.work.frame_scheduler import result_of
from pages.parts.work.server_logging import refusals_logged
from pages.parts.work.session_singletons import existing

_log = logging.getLogger(__name__)

PLAY = PAGES / "play.py"
FIRST = 20
"""Loops listed before the person asks for all."""
_SAID, _ALL = "data-said", "show-all"
_STANDS = 10.0
"""Seconds for which a message is displayed: a run may be interrupted before the person sees it."""
ORIGINS: Mapping[Origin, str] = {
    "edited": "imported from an edited file",
    "unsealed": "imported from a file without a seal, so edits cannot be detected",
    "foreign": "imported from another program's log",
}
"""Descriptions of imported loops whose history is not verified."""


def say(sentence: str, is_good: bool = True) -> None:
    """Display a message above the loops, from the next run on."""
    st.session_state[_SAID] = (sentence, is_good, time.monotonic() + _STANDS)


def show_said() -> None:
    """Draw the last message until it expires."""
    sentence, is_good, until = st.session_state.get(_SAID, (None, True, 0.0))
    if sentence is not None and time.monotonic() < until:
        box, icon = (st.success, ":material/check:") if is_good else (st.error, ":material/error:")
        box(plain(sentence), icon=icon)


def attempt(verb: Callable[[], object], done: str) -> None:
    """Call a function and display `done`, or the message of its `PersonalizerError`."""
    try:
        with refusals_logged(_log):
            verb()
    except PersonalizerError as error:
        say(error.message, is_good=False)
    else:
        say(done)


def show_loops(library: LoopLibrary, owner: str) -> None:
    """Draw one row per loop, the last used first."""
    try:
        loops = library.store.listed(owner)
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        return
    # The owner may be unknown in the first run, so an empty list is not reported as such.
    number = f" ({len(loops):,})" if loops else ""
    section(f"Your sessions{number}", f"At most {library.store.limits.max_loops:,}.")
    if not loops:
        _show_first_step()
    shows_all = st.session_state.get(_ALL, False)
    with st.container(gap="xsmall"):
        for loop in loops if shows_all else loops[:FIRST]:
            if isinstance(loop, LoopInfo):
                _show(library, owner, loop, is_first=loop is loops[0])
            else:
                _show_damaged(library, owner, loop)
    if len(loops) > FIRST and not shows_all:
        show_all = partial(st.session_state.__setitem__, _ALL, True)
        st.button(f"Show all {len(loops):,}", key="show-all-button", on_click=show_all)


def _show_first_step() -> None:
    """Draw a link to Play if there are no loops."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="no-loops"):
        st.markdown("Your first answer on Play starts a session.")
        if st.button("Start on Play", icon=":material/touch_app:", type="primary"):
            st.switch_page(PLAY)


def _show(library: LoopLibrary, owner: str, about: LoopInfo, is_first: bool) -> None:
    world = world_codec.from_text(about.world)
    rewards = loop_rewards(library, about)
    row = st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        gap="small",
        key=f"loop-{about.id}",
    )
    with row:
        with st.container(gap=None, width="stretch"):
            st.markdown(headline(about.name, world))
            note(plain(_facts(about, world)))
        st.markdown(counted(about.events, "visitor"), width=110)
        st.markdown(mean_reward(rewards, world), width=170)
        st.html(sparkline(rewards.curve, world) if rewards else "<div></div>", width=110)
        kind: Literal["primary", "secondary"] = "primary" if is_first else "secondary"
        with st.container(horizontal=True, width="content"):
            if world is not None and st.button("Open", key=f"open-{about.id}", type=kind):
                st.switch_page(PLAY, query_params={"loop": about.view})
            _menu(library, owner, about)


def headline(name: str, world: World | None) -> str:
    """Return the name of a loop in bold Markdown, after its world's picture if any.

    Markdown does not interpret asterisks beside a space.
    """
    picture = world.emoji if world else "📦"
    return f"**{plain(f'{picture} {name}'.strip())}**"


def _facts(about: LoopInfo, world: World | None) -> str:
    """Time of last use, world and seed if not in the name, and origin."""
    simulation = f"{world.title if world else 'no world'}, random seed {about.seed}"
    used = ago(time.time() - about.used)
    parts = [used, simulation if about.name != simulation else "", ORIGINS.get(about.origin, "")]
    return " · ".join(filter(None, parts))


def _menu(library: LoopLibrary, owner: str, about: LoopInfo) -> None:
    """Draw the menu of a loop: all actions except opening."""
    end = about.used + library.store.limits.retention_days * 86_400
    until = f"{datetime.fromtimestamp(end, UTC):%d %B %Y}".lstrip("0")
    with st.popover("More", key=f"menu-{about.id}"):
        _rename(library, owner, about)
        _duplicate(library, owner, about)
        take_along(about)
        _delete(library, owner, about)
        note(f"Kept until {until}, and longer if it is used.")


def _show_damaged(library: LoopLibrary, owner: str, loop: Damaged) -> None:
    """Draw a damaged loop, which can be deleted but not opened or exported."""
    with st.container(border=True, gap="small", key=f"loop-{loop.id}"):
        with st.container(gap=None):
            st.markdown(f"**:material/broken_image: {plain(loop.name[:MAX_NAME])}**")
            note(
                "Damaged: the stored data differ from what was written, so this session "
                "cannot be opened or exported. The operator of this server may "
                "restore a backup; if there is none, delete the session."
            )
        _delete(library, owner, loop)


def _duplicate(library: LoopLibrary, owner: str, about: LoopInfo) -> None:
    done = f"{about.name} has a copy now."

    def verb() -> None:
        result_of(library.store.duplicate_steps(about.id, owner))

    icon, key = ":material/content_copy:", f"duplicate-{about.id}"
    st.button("Duplicate", key=key, icon=icon, on_click=attempt, args=(verb, done), width="stretch")


def _rename(library: LoopLibrary, owner: str, about: LoopInfo) -> None:
    key = f"name-{about.id}"

    def rename() -> None:
        if (name := st.session_state[key]) is None:
            return  # The widget was just removed.
        attempt(lambda: library.store.rename(about.id, owner, name), "It was renamed.")

    st.text_input("Name", about.name, max_chars=MAX_NAME, key=key, on_change=rename)


def _delete(library: LoopLibrary, owner: str, about: LoopInfo | Damaged) -> None:
    def delete() -> None:
        def verb() -> None:
            result_of(library.store.delete_steps(about.id, owner))

        attempt(verb, f"{about.name} is deleted.")
        if session := existing(PlaySession):
            session.leave(about.id)

    with st.expander("Delete", icon=":material/delete:", key=f"delete-{about.id}"):
        st.markdown("Deletes the session and all its events, for everybody who has its link.")
        icon = ":material/delete_forever:"
        st.button("Delete for good", key=f"erase-{about.id}", icon=icon, on_click=delete)
