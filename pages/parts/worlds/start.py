"""What a world can begin as: empty tables, a ready one, or a file."""

from pathlib import Path

import streamlit as st

from engine import PersonalizerError
from engine.worlds.json_file import world_from_file
from pages.parts.text import note
from pages.parts.worlds.kept import keep
from pages.parts.worlds.session import WorldsSession

_PASTED, _GOES = "worlds-pasted", "worlds-goes"
_WAYS = {
    "keep": ("Keep", "bookmark"),
    "compare": ("Compare", "compare_arrows"),
    "race": ("Race", "sports_score"),
    "play": ("Play it", "touch_app"),
}
"""Where to go with a world: names of pages, and what the buttons say."""


def begin_anew(session: WorldsSession) -> None:
    """What to write on, other than a world that is chosen beside it."""
    with st.popover("New", icon=":material/add:", key="new-world"):
        st.button(
            "Empty tables",
            key="empty",
            icon=":material/crop_free:",
            on_click=session.clear,
            width="stretch",
        )
        _from_json(session)


def take_back(session: WorldsSession) -> None:
    """Undo."""
    st.button(
        "Undo",
        key="undo",
        icon=":material/undo:",
        on_click=session.undo,
        disabled=not session.can_undo,
        help="Takes back the last thing that was written.",
    )


def go_on(session: WorldsSession, owner: str, can: bool) -> None:
    """Keep it, and go to a page with it; if it can be."""

    def go(name: str) -> None:
        world, _, _ = session.made()
        if world is None:
            return
        try:
            keep(session, world, owner)
        except PersonalizerError as error:
            session.refused = error.message
        else:
            st.session_state[_GOES] = None if name == "keep" else name

    for name, (label, icon) in _WAYS.items():
        st.button(
            label,
            key=f"go-{name}",
            icon=f":material/{icon}:",
            type="primary" if name == "play" else "secondary",
            disabled=not can,
            on_click=go,
            args=(name,),
        )


def leave(session: WorldsSession, pages: Path) -> None:
    """Go where a button said, with the world."""
    name = st.session_state.pop(_GOES, None)
    if name is not None:
        st.switch_page(pages / f"{name}.py", query_params={"world": session.chosen})


def _from_json(session: WorldsSession) -> None:
    """A world's file, pasted."""

    def read() -> None:
        try:
            session.begin(world_from_file(str(st.session_state[_PASTED])))
        except PersonalizerError as error:
            session.refused = error.message
        else:
            st.session_state[_PASTED] = ""

    st.text_area("A world's JSON", key=_PASTED, height=120, placeholder='{"format": ...')
    st.button("Read it", key="read-json", on_click=read)
    note("One that is not as it has to be is refused with its place, and nothing of it is taken.")
