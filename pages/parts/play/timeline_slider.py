"""Timeline of a loop: a slider over its visitors, bookmarks, and the way back to the present."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.components.toolbar import shortcut
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.moment_links import (
    AT,
    WHO,
    context_from_link,
    context_in_link,
    moment_in_address,
)
from pages.parts.play.session import PlaySession
from pages.parts.play.why_links import link_to_why
from pages.parts.play.why_subject import NOW, WhyQuery, event_of
from pages.parts.settings.page_settings_base import say_refused, write_link
from pages.parts.text.format import note
from pages.parts.work.frame_scheduler import result_of

_SLIDER, _PILLS = "moment", "bookmarks"
_MOST = 12
"""Maximum number of displayed bookmarks; the latest are kept."""
_KINDS: Mapping[str, str] = {
    "crowd": "crowd",
    "settings": "settings",
    "mode": "mode",
    "world": "world",
    "by hand": "yours",
}


def go(session: PlaySession, address_is_new: bool) -> None:
    """Go to the requested moment; call before the loop is drawn."""
    travel = session.time_travel
    if travel.is_gone:
        travel.look(None)
        sentence = "Visitors were undone while you viewed the past. This is now."
        st.toast(sentence, icon=":material/update:", duration="long")
    if address_is_new:
        travel.look(_requested(session))
    if not travel.is_there:
        with st.spinner("Reading the past"):
            result_of(travel.going())
    if address_is_new and (visitor := st.query_params.get(WHO)):
        _greet(session.displayed, visitor)


def _greet(opened: OpenLoop, visitor: str) -> None:
    """Let the visitor in the address wait; report an invalid one."""
    context = context_from_link(opened.world, visitor)
    if context is not None:
        opened.arrivals.greet(context)
        return
    example = context_in_link(opened.world, opened.context)
    fault = (
        f"{WHO} in the link is {visitor[:20]!r}, but must be a visitor of this world, "
        f"like {example!r}"
    )
    say_refused(f"{fault}, who is there now.")


def _requested(session: PlaySession) -> int | None:
    """Return the moment in the address; report an invalid one."""
    text, come = st.query_params.get(AT), len(session.open.loop.events)
    if text is None:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= come:
        return int(text)
    fault = f"{AT} in the link is {text[:20]!r}, but must be a number from 0 to {come:,}"
    say_refused(f"{fault}; you see the current state.")
    return None


def write_visitor(session: PlaySession) -> None:
    """Write the waiting visitor of a past moment to the address."""
    if session.time_travel.at is not None:
        write_link(session.setup, loop=session.open.link, **moment_in_address(session))


def say_when(session: PlaySession, is_anothers: bool) -> None:
    """Draw the message on a past moment, with buttons back to the present and for a branch."""
    at, come = session.time_travel.at, len(session.open.loop.events)
    if at is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="past"):
        whose = "This session belongs to somebody else. " if is_anothers else ""
        st.markdown(
            f"{whose}You are viewing visitor **{at:,}** of {come:,}, with "
            "everything as it was then. Nobody can answer here."
        )
        st.button(
            "Back to now",
            key="back-to-now",
            icon=":material/update:",
            type="primary",
            on_click=session.time_travel.look,
            args=(None,),
        )
        st.button(
            "Play from here",
            key="play-from-here",
            icon=":material/alt_route:",
            on_click=session.time_travel.play_from_here,
            help="Start a session of your own from this moment. This one stays unchanged.",
        )


def show(session: PlaySession) -> DeltaGenerator:
    """Draw after the first visitor the link *Why* and the buttons for the past, with bookmarks if
    the timeline is open; return the slider's container."""
    travel = session.time_travel
    off = session.is_live
    box = st.container(gap="xxsmall", key="time")
    if not session.open.loop.events:
        return box
    with box, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        at = travel.at
        event = "" if at is None else event_of(session.open.loop, at + 1)
        link_to_why("Why this offer?", session.open, WhyQuery(event, "" if event else NOW))
        st.button(
            "Hide timeline" if travel.is_open else "Timeline",
            key="look-back",
            icon=":material/history:",
            type="tertiary",
            on_click=travel.toggle,
            disabled=off,
        )
        st.button(
            "Bookmark",
            key="bookmark",
            icon=":material/bookmark_add:",
            shortcut=shortcut("M"),
            type="tertiary",
            on_click=travel.mark,
            disabled=off,
            help="Bookmark this moment. Every simulation and every change of settings is "
            "bookmarked automatically.",
        )
        if travel.is_open and not off:
            _show_bookmarks(session)
    return box


def _show_bookmarks(session: PlaySession) -> None:
    known = session.time_travel.bookmarks[-_MOST:]
    faces = {i: f"{mark.visitors:,} · {_KINDS[mark.kind]}" for i, mark in enumerate(known)}

    def look() -> None:
        chosen = st.session_state[_PILLS]
        if chosen is not None:  # A second quick click clears the selection.
            session.time_travel.go_to(known[chosen].visitors)

    st.session_state[_PILLS] = None
    st.pills(
        "Bookmarks: number of visitors, and what began there",
        list(faces),
        format_func=faces.__getitem__,
        key=_PILLS,
        on_change=look,
        label_visibility="collapsed",
    )


def slide(session: PlaySession) -> None:
    """Draw the slider over all visitors if the timeline is open."""
    travel, come = session.time_travel, len(session.open.loop.events)
    if not travel.is_open or session.is_live or not come:
        return

    drawn = come if travel.at is None else min(travel.at, come)

    def look() -> None:
        chosen = st.session_state[_SLIDER]
        if chosen != drawn:  # A new slider also reports its initial value.
            travel.look(chosen if chosen < come else None)

    st.session_state[_SLIDER] = drawn
    st.slider(
        "Number of visitors",
        0,
        come,
        key=_SLIDER,
        on_change=look,
        format="%,d",
        label_visibility="collapsed",
    )
    note("Number of visitors; the right end is now.")
