"""The toolbar: the world, the crowd, and steps back; at its end stands what is seldom used."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.worlds import GALLERY, WORLDS
from pages.parts.components.browser_id import owner
from pages.parts.components.lost_presses import buttons_here, watch_presses
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.settings.choices import worlds_with
from pages.parts.settings.known_worlds import keep_at_hand, world_of
from pages.parts.settings.library import worlds_of
from pages.parts.settings.link import Linked, current_setup, show
from pages.parts.text.format import distinct_names
from pages.parts.text.page_files import PAGES
from pages.parts.work.live_play import LivePlay

MORE = "more"
"""The key of what is seldom used (`pages.parts.components.more_menu`)."""
TITLES: Mapping[str, str] = {
    "more-worlds": "Your own worlds, and ready ones",
    MORE: "More: settings, link, stage",
}
"""What its popovers are for, by their keys: they are icons alone."""


def toolbar() -> DeltaGenerator:
    """Where the toolbar goes: the world stands at its left, `tools` at its right."""
    return st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key="toolbar",
    )


def tools() -> DeltaGenerator:
    """Where all of the toolbar goes but the world."""
    return st.container(horizontal=True, width="content", gap="xsmall", key="tools")


def choose_world(setup: Linked) -> None:
    """The simulated place: one of the app's, whatever is set, or one of all others."""
    offered = worlds_with(setup.values()["world"])
    with st.container(horizontal=True, width="content", gap="xsmall", key="worlds"):
        setup.draw(
            "world",
            options=offered,
            label_visibility="collapsed",
            on_change=partial(_begin_there, setup),
        )
        with st.popover(
            "Other worlds", icon=":material/public:", key="more-worlds", on_change="rerun"
        ) as more:
            if more.open:
                _choose_another(setup)


def _begin_there(setup: Linked) -> None:
    """Set what the world begins with that was chosen."""
    now = current_setup(type(setup))
    values = now.values()
    for name, value in now.begun().values().items():
        if value != values[name]:
            show(setup.key(name), value)


def _choose_another(setup: Linked) -> None:
    """A world that does not stand beside the others: one of this browser's own, or a ready one."""

    def take() -> None:
        if one := chosen(key, names, ""):
            st.session_state[setup.key("world")] = keep_at_hand(world_of(one))
            _begin_there(setup)

    key = setup.key("another-world")
    names = other_worlds()
    st.selectbox(
        TITLES["more-worlds"],
        list(names),
        index=None,
        key=key,
        format_func=names.__getitem__,
        on_change=take,
        placeholder="Choose a world",
        width=280,
    )
    st.page_link(_MAKE, label="Make one of your own", icon=":material/edit_square:")


def other_worlds() -> dict[str, str]:
    """This browser's own worlds, and ready ones that are not the app's four: what they are called,
    by their keys."""
    ready = {name: one.world.label for name, one in GALLERY.items() if name not in WORLDS}
    return distinct_names({kept.key: kept.name for kept in worlds_of(owner())} | ready)


_MAKE = PAGES / "worlds.py"
_SHORTCUTS = "keyboard-shortcuts"


def shortcut(key: str) -> str | None:
    """A key that presses a button, unless the person has switched all of them off."""
    return key if st.session_state.get(_SHORTCUTS, True) else None


def switch_shortcuts() -> None:
    """Take over how the switch of the keys stands: its own value is gone on a page without it."""
    st.session_state[_SHORTCUTS] = st.session_state["shortcuts"]


def control_the_crowd(
    crowd: LivePlay,
    sizes: Sequence[int],
    stepping: Callable[[], None],
    primary: int | None = None,
    end: int | None = None,
) -> None:
    """Let simulated visitors in, as many as one of the ``sizes`` says, or to the ``end``.

    Outside the interactive part, so that Stop always works.

    Args:
        stepping: draws the button of one alone, which stands beside *Play*.
        primary: the size whose button is the page's primary one.
        end: how many are still to come, where there is an end.
    """
    counting = buttons_here().counting
    if crowd.is_live:
        label, icon = ("Pause", "pause") if crowd.playing else ("Stop", "stop")
        st.button(
            label,
            key="stop",
            icon=f":material/{icon}:",
            shortcut=shortcut("P"),
            on_click=counting(crowd.stop),
            help=f"{label}: no more visitors come until you continue.",
        )
    else:
        st.button(
            "Play",
            key="start",
            icon=":material/play_arrow:",
            shortcut=shortcut("P"),
            on_click=counting(crowd.play),
            disabled=not crowd.can_start,
            help="Play: simulated visitors come and answer by their hidden tastes.",
        )
    stepping()
    named = primary or sizes[0]
    for visitors in sizes:
        label = f"Simulate {visitors:,}" if visitors == named else f"{visitors:,}"
        _let_in(crowd, label, f"let-in-{visitors}", visitors, visitors == primary)
    if end is not None:
        _let_in(crowd, "To the end", "let-in-all", end)


def _act(
    label: str, icon: str, key: str, does: Callable[[], None], disabled: bool, told: str
) -> None:
    """A button that a key presses, too, and whose presses are counted."""
    st.button(
        label,
        key=label.lower(),
        icon=f":material/{icon}:",
        shortcut=shortcut(key),
        on_click=buttons_here().counting(does),
        disabled=disabled,
        help=f"{label}: {told}",
    )


step = partial(_act, "Step", "skip_next", "S")
"""(what it does, whether it is disabled, what is told of it): one simulated visitor."""
undo = partial(_act, "Undo", "undo", "U")
"""The same for a step back."""
redo = partial(_act, "Redo", "redo", "Y")
"""The same for a step forth again."""


def steps_back() -> DeltaGenerator:
    """Where *Undo* and *Redo* go: both once either can act, as one would slide to where the other
    was just pressed. It is there while it is empty, so that nothing behind it is another element
    when they come."""
    return st.container(horizontal=True, width="content", gap="xsmall", key="steps-back")


def _let_in(crowd: LivePlay, label: str, key: str, visitors: int, primary: bool = False) -> None:
    st.button(
        label,
        key=key,
        type="primary" if primary else "secondary",
        on_click=buttons_here().counting(crowd.enqueue),
        args=(visitors,),
        disabled=not crowd.can_start,
        help=f"Simulate {visitors:,} visitors.",
    )


def watch_buttons(
    lost: Callable[[str, str], None],
    more: Mapping[str, str] | None = None,
    more_keys: Mapping[str, str] | None = None,
) -> None:
    """Have ``lost`` told of a press of these buttons that went away with the connection, and why.

    Outside the interactive part, as they are; inside, where ``more`` buttons stand there (see
    `watch_presses`).
    """
    watch_presses(buttons_here(), shortcut("any") is not None, lost, more, more_keys)


def show_progress(crowd: LivePlay) -> None:
    """How far the crowd has come."""
    if crowd.waiting:
        done, total = crowd.enqueued - crowd.waiting, crowd.enqueued
        st.progress(done / total, crowd.told)
