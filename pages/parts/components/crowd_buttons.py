"""Buttons of a crowd: *Simulate 100* with a menu of other sizes and *Run*, *Stop*, and progress."""

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from pages.parts.components.lost_presses import RUN_KEY, buttons_here
from pages.parts.components.stage_keys import hear
from pages.parts.components.toolbar import CROWD_MENU, TITLES, shortcut
from pages.parts.work.crowd_arrivals import LivePlay

_MAIN = 100
"""Size of the crowd whose button is in sight."""
_KINDS: Mapping[bool | None, Literal["primary", "secondary", "tertiary"]] = {
    True: "primary",
    False: "secondary",
    None: "tertiary",
}
"""Looks of a button by whether it is the primary one; None for a button in the menu."""


def control_the_crowd(
    crowd: LivePlay,
    sizes: Sequence[int],
    is_primary: bool = False,
    end: int | None = None,
) -> None:
    """Draw the buttons that let simulated visitors in, by ``sizes`` or to the ``end``.

    Outside of fragments, so that Stop always works.

    Args:
        is_primary: True if the button in sight is the page's primary button.
        end: number of remaining visitors, if limited.
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
        return
    _let_in(crowd, _MAIN, is_primary)
    # The menu goes, closed, as visitors come.
    menu = st.popover(TITLES[CROWD_MENU], key=CROWD_MENU)
    with menu, st.container(gap=None, key="crowd-list"):
        st.button(
            "Run",
            key="start",
            icon=":material/play_arrow:",
            type="tertiary",
            on_click=counting(crowd.play),
            disabled=not crowd.can_start,
            help="Run (P): simulated visitors come one by one and answer by their hidden tastes.",
        )
        for visitors in sizes:
            if visitors != _MAIN:
                _let_in(crowd, visitors)
        if end is not None:
            _let_in(crowd, end, label="To the end", key="let-in-all")
    if crowd.can_start and shortcut("P"):
        # A button in a closed menu hears no key.
        hear(RUN_KEY, dict.fromkeys(("p", "P"), "run"), "", lambda _: counting(crowd.play)())


def _let_in(
    crowd: LivePlay,
    visitors: int,
    is_primary: bool | None = None,
    label: str = "",
    key: str = "",
) -> None:
    """Draw a button for a crowd; a quiet one in the menu."""
    st.button(
        label or f"Simulate {visitors:,}",
        key=key or f"let-in-{visitors}",
        type=_KINDS[is_primary],
        on_click=buttons_here().counting(crowd.enqueue),
        args=(visitors,),
        disabled=not crowd.can_start,
        help=f"Simulate {visitors:,} visitors.",
    )


def show_progress(crowd: LivePlay) -> None:
    """Draw the progress of a crowd."""
    if crowd.waiting:
        done, total = crowd.enqueued - crowd.waiting, crowd.enqueued
        st.progress(done / total, crowd.progress_text)
