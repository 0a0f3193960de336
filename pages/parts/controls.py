"""The toolbar: what is set, the crowd, undo, reset and the link."""

import math
import time
from dataclasses import fields, replace

import streamlit as st

from engine.worlds import WORLDS
from pages.parts.look import plain
from pages.parts.session import PlaySession
from pages.parts.setup import CROSSES, MAX_SEED, POLICIES, SPEEDS, Setup, from_query

NAMES = tuple(field.name for field in fields(Setup))
"""Each is the name in the link and the key of its widget."""


_LAG = 2.0
"""Seconds in which the browser may still send the address before the one just written."""


def open_link() -> None:
    """Set the widgets from the address when it is new, or from what was set before.

    The address is new in a new session, and when the person went back or typed another
    one. Widgets that another page did not draw have lost their values: `current_setup`
    kept them.
    """
    query = {name: value for name, value in st.query_params.to_dict().items() if name in NAMES}
    setup: Setup = st.session_state.get("setup", Setup())
    written, at = st.session_state.get("written", (None, -math.inf))
    if query != written and time.monotonic() - at > _LAG:
        setup, refused = from_query(query)
        for sentence in refused:
            st.toast(plain(sentence), icon=":material/link_off:", duration="long")
        for name in NAMES:
            st.session_state[name] = getattr(setup, name)
    for name in NAMES:
        # Set in every run: a popover mounts its widgets only when it is opened, and then
        # shows what the last run sent.
        st.session_state[name] = st.session_state.get(name, getattr(setup, name))


def current_setup() -> Setup:
    """What is set now. An emptied field keeps what it had."""
    before: Setup = st.session_state.get("setup", Setup())
    values = {name: st.session_state.get(name) for name in NAMES}
    setup = replace(before, **{name: v for name, v in values.items() if v is not None})
    st.session_state.setup = setup
    return setup


def write_link(setup: Setup) -> None:
    """Let the address say what is set."""
    query = setup.query()
    if query != st.session_state.get("written", (None,))[0]:
        others = {n: v for n, v in st.query_params.to_dict().items() if n not in NAMES}
        st.query_params.from_dict(others | query)
        st.session_state.written = (query, time.monotonic())


def choose_world() -> None:
    """The simulated place; another one starts a new loop."""
    st.segmented_control(
        "World",
        list(WORLDS),
        key="world",
        required=True,
        format_func=lambda key: f"{WORLDS[key].emoji} {WORLDS[key].title}",
        label_visibility="collapsed",
    )


def choose_settings() -> None:
    """Speed of play, seed and settings of the loop."""
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        st.segmented_control(
            "Visitors a second, when played",
            SPEEDS,
            key="speed",
            required=True,
        )
        st.number_input(
            "Seed",
            0,
            MAX_SEED,
            None,
            key="seed",
            help="Same seed, same visitors, same luck: the whole run comes back. "
            "Another seed starts a new loop.",
        )
        st.selectbox(
            "Learning policy",
            list(POLICIES),
            key="policy",
            format_func=POLICIES.__getitem__,
            help="How beliefs become an offer. Changing it keeps what was learned.",
        )
        st.slider(
            "Exploration floor of Thompson sampling, %",
            0,
            100,
            key="floor",
            disabled=st.session_state.policy != "thompson",
            help="Share of offers left to chance, so that every action keeps some probability.",
        )
        st.slider(
            "Epsilon, %",
            0,
            100,
            key="epsilon",
            disabled=st.session_state.policy != "classic",
            help="Share of offers chosen at random; 20 in the retired service.",
        )
        st.segmented_control(
            "Crosses of context fields",
            list(CROSSES),
            key="crosses",
            required=True,
            format_func=CROSSES.__getitem__,
            help="Which combinations of context fields the engine may tell apart. "
            "Changing it learns the whole log again.",
        )


def control_the_crowd(session: PlaySession) -> None:
    """Let simulated visitors in; outside the stage, so that Stop always works."""
    if session.is_live:
        st.button(
            "Pause" if session.playing else "Stop",
            key="stop",
            icon=":material/pause:" if session.playing else ":material/stop:",
            shortcut="P",
            on_click=session.stop,
        )
    else:
        st.button(
            "Play",
            key="start",
            icon=":material/play_arrow:",
            shortcut="P",
            on_click=session.play,
            disabled=session.is_full,
            help="Visitors come by themselves and answer by their hidden tastes.",
        )
    for visitors in (10, 100, 1_000):
        st.button(
            f"+{visitors:,}",
            key=f"let-in-{visitors}",
            on_click=session.let_in,
            args=(visitors,),
            disabled=session.is_live or session.is_full,
            help=f"Let {visitors:,} simulated visitors in.",
        )


def start_over_or_share(session: PlaySession, setup: Setup) -> None:
    """Reset and the link."""
    st.button(
        "Reset",
        key="reset",
        icon=":material/restart_alt:",
        on_click=session.reset,
        help="A new loop that has learned nothing.",
    )
    with st.popover("Link", icon=":material/link:", key="link", help="Copy a link to this set-up"):
        st.markdown("Opens this page with the same world, seed and settings.")
        st.code(setup.link(st.context.url or ""), language=None, wrap_lines=True)
