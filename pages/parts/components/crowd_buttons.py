"""Buttons of a crowd: *Simulate 100*, *Play* and *Stop*, and its progress."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.components.lost_presses import buttons_here
from pages.parts.components.toolbar import shortcut
from pages.parts.work.crowd_arrivals import LivePlay


def control_the_crowd(
    crowd: LivePlay,
    sizes: Sequence[int],
    stepping: Callable[[], None],
    primary: int | None = None,
    end: int | None = None,
) -> None:
    """Draw the buttons that let simulated visitors in, by ``sizes`` or to the ``end``.

    Outside of fragments, so that Stop always works.

    Args:
        stepping: draws the button for a single visitor, next to *Play*.
        primary: size of the page's primary button.
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


def show_progress(crowd: LivePlay) -> None:
    """Draw the progress of a crowd."""
    if crowd.waiting:
        done, total = crowd.enqueued - crowd.waiting, crowd.enqueued
        st.progress(done / total, crowd.progress_text)
