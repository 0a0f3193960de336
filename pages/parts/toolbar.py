"""The toolbar: the world, the crowd, the settings, reset and the link."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.worlds import World, key_of
from pages.parts.choices import WORLD
from pages.parts.link import Linked
from pages.parts.live import LivePlay
from pages.parts.text import plain


def choose_world(setup: Linked, own: World | None = None) -> None:
    """The simulated place; another starts anew. A loop's ``own`` may be none of the app's."""
    offered = WORLD.offered | ({} if own is None else {key_of(own): plain(own.label)})
    setup.draw("world", options=offered, label_visibility="collapsed")


def settings(disabled: bool = False) -> DeltaGenerator:
    """The popover for what need not always be in sight; it mounts its widgets once it is opened."""
    return st.popover("Settings", icon=":material/tune:", key="settings", disabled=disabled)


def control_the_crowd(
    crowd: LivePlay, sizes: Sequence[int] = (10, 100, 1_000), end: int | None = None
) -> None:
    """Let simulated visitors in, to the ``end`` where there is one.

    Outside the stage, so that Stop always works.
    """
    if crowd.is_live:
        label, icon = ("Pause", "pause") if crowd.playing else ("Stop", "stop")
        st.button(label, key="stop", icon=f":material/{icon}:", shortcut="P", on_click=crowd.stop)
    else:
        st.button(
            "Play",
            key="start",
            icon=":material/play_arrow:",
            shortcut="P",
            on_click=crowd.play,
            disabled=not crowd.can_start,
            help="Visitors come by themselves and answer by their hidden tastes.",
        )
    for visitors in sizes:
        _let_in(crowd, f"+{visitors:,}", f"let-in-{visitors}", visitors)
    if end is not None:
        step(crowd, not crowd.can_start, "Let one simulated visitor in.")
        _let_in(crowd, "To the end", "let-in-all", end)


def step(crowd: LivePlay, disabled: bool, told: str) -> None:
    """One simulated visitor."""
    st.button(
        "Step",
        key="step",
        icon=":material/skip_next:",
        shortcut="S",
        on_click=crowd.step,
        disabled=disabled,
        help=told,
    )


def _let_in(crowd: LivePlay, label: str, key: str, visitors: int) -> None:
    st.button(
        label,
        key=key,
        on_click=crowd.enqueue,
        args=(visitors,),
        disabled=not crowd.can_start,
        help=f"Let {visitors:,} simulated visitors in.",
    )


def show_progress(crowd: LivePlay) -> None:
    """How far the crowd has come."""
    if crowd.waiting:
        done, total = crowd.enqueued - crowd.waiting, crowd.enqueued
        st.progress(done / total, crowd.told)


def reset_or_share(
    reset: Callable[[], None], setup: Linked, others: Mapping[str, str] | None = None
) -> None:
    """Reset and the links."""
    st.button(
        "Reset",
        key="reset",
        icon=":material/restart_alt:",
        on_click=reset,
        help="A new start that has learned nothing.",
    )
    share(setup, others)


def share(setup: Linked, others: Mapping[str, str] | None = None) -> None:
    """The link to what is set, and ``others``, each under what it does."""
    own = {"Opens this page with all that is set on it.": setup.link(st.context.url or "")}
    with st.popover("Link", icon=":material/link:", key="link", help="Copy a link"):
        for does, link in (own | dict(others or {})).items():
            st.markdown(does)
            st.code(link, language=None, wrap_lines=True)
