"""Address of the Evaluate page: the loop to evaluate, and the number of coverage repetitions."""

import streamlit as st

from engine.evaluation.interval_coverage import MOST
from engine.store import StoredLoop, StoreError
from pages.parts.components.browser_id import LOOP
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import quoted, say_refused
from pages.parts.work.frame_scheduler import result_of
from pages.parts.work.session_singletons import existing

_LINKED = "evaluate-linked"
WATCHED = "watched"
"""Name of the parameter for the number of repetitions."""


def name_tab() -> None:
    """Add the tab to an address from before the tabs that has coverage repetitions."""
    if WATCHED in st.query_params and "tab" not in st.query_params:
        st.query_params["tab"] = "reliable"


def open_loop(address_is_new: bool) -> StoredLoop | None:
    """Return the loop of the address, read-only, or the loop open on Play; None without either.

    An invalid link is reported.
    """
    play, state = existing(PlaySession), st.session_state
    view = st.query_params.get("loop") if address_is_new else None
    if address_is_new:
        state.pop(_LINKED, None)
    if view is not None and (play is None or view != play.open.link):
        try:
            if not LOOP.fullmatch(view):
                raise StoreError("This link is broken.")
            with st.spinner("Opening the session"):
                state[_LINKED] = result_of(library().open_steps(view))
        except StoreError as error:
            say_refused(error.message)
    linked: StoredLoop | None = state.get(_LINKED)
    return linked or (play.open.stored if play else None)


def this_log(session: EvaluateSession, address: str) -> dict[str, str]:
    """Return the link to the evaluated loop's log by its description; empty without a stored
    loop."""
    loop = loop_in_link(session)
    does = (
        "**This log.** Opens the session that is evaluated here, with everyone who has come so far."
    )
    return {} if loop is None else {does: session.setup.link(address, loop=loop)}


def loop_in_link(session: EvaluateSession) -> str | None:
    """Return the view id of the evaluated loop for the address; None without a stored loop."""
    loop = session.loop if session.asks_loop else None
    return loop.view if loop is not None and loop.is_saved else None


def watched_in_link() -> int | None:
    """Return the number of repetitions in the address; an invalid number is reported."""
    text = st.query_params.get(WATCHED)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST:
        return int(text)
    say_refused(
        f"{WATCHED} in the link is {quoted(text)}, but must be the number of "
        f"experiments, from 1 to {MOST}; none are shown instead."
    )
    return None
