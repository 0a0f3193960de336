"""Toolbar: world, live play, undo, and a menu of rarely used functions."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.worlds import GALLERY, WORLDS, World
from pages.parts.components.browser_id import owner
from pages.parts.components.lost_presses import buttons_here, watch_presses
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.settings.known_worlds import keep_at_hand, world_of
from pages.parts.settings.loop_library_access import worlds_of
from pages.parts.settings.page_settings_base import Linked, current_setup, show
from pages.parts.settings.shared_settings import worlds_with
from pages.parts.text.format import distinct_names, note
from pages.parts.text.pages_folder import PAGES

MORE, WORLD_MENU, CROWD_MENU = "more", "world-menu", "crowd-menu"
"""Widget keys of the menus of further functions (`pages.parts.components.more_menu`), of worlds,
and of crowds (`pages.parts.components.crowd_buttons`)."""
TITLES: Mapping[str, str] = {
    WORLD_MENU: "World",
    CROWD_MENU: "More simulations",
    MORE: "More: settings, link, stage",
}
"""Tooltips of the toolbar's menus, by key."""


def toolbar() -> DeltaGenerator:
    """Return the toolbar's container: the world on the left, `tools` on the right."""
    return st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key="toolbar",
    )


def tools() -> DeltaGenerator:
    """Return the container of everything but the world."""
    return st.container(horizontal=True, width="content", gap="xsmall", key="tools")


def choose_world(setup: Linked, unsaved: str = "") -> None:
    """Draw the menu of worlds, named by the current one: the app's worlds and others.

    Args:
        unsaved: name of a world on the page that has not been saved; Markdown.
    """
    world = setup.values()["world"]
    offered = worlds_with(world)
    menu = st.popover(unsaved or offered[world], key=WORLD_MENU, on_change="rerun")
    with menu, st.container(key="world-list"):
        # Drawn while closed as well, as a widget that is not drawn loses its value.
        setup.draw(
            "world",
            options=offered,
            label_visibility="collapsed",
            on_change=partial(_begin_there, setup),
        )
        if menu.open:
            _choose_another(setup)


def say_slots_apart(world: World) -> None:
    """Draw, in a world with slots, a note that the page decides on each slot alone."""
    if world.slots:
        note("Each slot is a visit of its own here, so two slots may show the same action.")


def _begin_there(setup: Linked) -> None:
    """Set the initial values of the chosen world, and close the menu."""
    st.session_state[WORLD_MENU] = False
    now = current_setup(type(setup))
    values = now.values()
    for name, value in now.begun().values().items():
        if value != values[name]:
            show(setup.key(name), value)


def _choose_another(setup: Linked) -> None:
    """Draw the choice of further worlds: the browser's own, and ready-made worlds."""

    def take() -> None:
        if world := chosen(key, names, ""):
            st.session_state[setup.key("world")] = keep_at_hand(world_of(world))
            _begin_there(setup)

    key = setup.key("another-world")
    names = other_worlds()
    st.selectbox(
        "Your own worlds, and ready ones",
        list(names),
        index=None,
        key=key,
        format_func=names.__getitem__,
        on_change=take,
        placeholder="Other worlds",
        label_visibility="collapsed",
    )
    st.page_link(_MAKE, label="Build your own", icon=":material/edit_square:")


def other_worlds() -> dict[str, str]:
    """Return names of the browser's own worlds and ready-made worlds, by key."""
    ready = {name: entry.world.label for name, entry in GALLERY.items() if name not in WORLDS}
    return distinct_names({kept.key: kept.name for kept in worlds_of(owner())} | ready)


_MAKE = PAGES / "worlds.py"
_SHORTCUTS = "keyboard-shortcuts"


def shortcut(key: str) -> str | None:
    """Return a shortcut key, or None if the person has switched shortcuts off."""
    return key if st.session_state.get(_SHORTCUTS, True) else None


def switch_shortcuts() -> None:
    """Save the switch of the shortcuts, as its widget state ends on pages without it."""
    st.session_state[_SHORTCUTS] = st.session_state["shortcuts"]


def _act(
    label: str, icon: str, key: str, does: Callable[[], None], disabled: bool, help: str
) -> None:
    """Draw a button with a shortcut key and counted presses."""
    st.button(
        label,
        key=label.lower(),
        icon=f":material/{icon}:",
        shortcut=shortcut(key),
        on_click=buttons_here().counting(does),
        disabled=disabled,
        help=f"{label}: {help}",
    )


step = partial(_act, "Step", "skip_next", "S")
"""Button for one simulated visitor. Arguments: function, disabled, help text."""
undo = partial(_act, "Undo", "undo", "U")
"""Button to undo a step; same arguments."""
redo = partial(_act, "Redo", "redo", "Y")
"""Button to redo a step; same arguments."""


def steps_back() -> DeltaGenerator:
    """Return the container of *Undo* and *Redo*.

    Both are drawn once either can act: a single one would slide under the pointer. The container
    exists while empty, so that later elements keep their positions.
    """
    return st.container(horizontal=True, width="content", gap="xsmall", key="steps-back")


def watch_buttons(
    lost: Callable[[str, str], None],
    more: Mapping[str, str] | None = None,
    more_keys: Mapping[str, str] | None = None,
) -> None:
    """Call ``lost`` with a button and a reason if its press was lost with the connection.

    Outside of fragments, like the buttons; inside a fragment with ``more`` buttons, see
    `watch_presses`.
    """
    watch_presses(buttons_here(), shortcut("any") is not None, lost, more, more_keys)
