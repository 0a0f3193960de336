"""Order of page frames: first the pages with a pending click, then the live pages in turn."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import wraps
from threading import RLock, local
from typing import Protocol, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

from engine.loop.lock import Shared
from engine.pausable_steps import Steps
from pages.parts.work.browser_session import this_session
from pages.parts.work.figure_registry import drawing_part
from pages.parts.work.frame_pace import frame_costs
from pages.parts.work.job_queue import jobs, submit

T = TypeVar("T")

PAINT_TIME = 0.015
"""Seconds between the frame of a click and the end of its run. On that end the browser draws the
whole page anew; if both came at once, it would paint the click's charts only after that."""
_CLICKED, _WAITS_FOR_CLICKS = "clicked", "waits_for_clicks"
"""Session-state keys: the page was drawn in full; its next frame waits for clicks of others."""
_CLICKS, _BACKGROUND = RLock(), RLock()
"""Held while a page is drawn for a click, and while one is drawn for any other reason."""
_SHORT_PATIENCE = 0.2
"""Seconds that a click waits for another; two that are drawn at once take twice as long."""
_PATIENCE = 20.0
"""Seconds that frames without a click wait for each other."""


class _ThreadState(local):
    """Locks of the page that the thread draws, and the reason to draw it."""

    turn: ExitStack | None = None
    is_clicked_for = False


_thread = _ThreadState()


@contextmanager
def drawing(is_clicked_for: bool) -> Iterator[None]:
    """Draw for a click at once, and for any other reason in turn."""
    before = _thread.turn, _thread.is_clicked_for
    with ExitStack() as turn:
        _begin(turn, is_clicked_for)
        _thread.turn, _thread.is_clicked_for = turn, is_clicked_for
        try:
            yield
        finally:
            _thread.turn, _thread.is_clicked_for = before


def _begin(turn: ExitStack, is_clicked_for: bool) -> None:
    if is_clicked_for:
        turn.enter_context(jobs().giving_way())
        turn.enter_context(_holding(_CLICKS, _SHORT_PATIENCE))
    else:
        turn.enter_context(_holding(_BACKGROUND, _PATIENCE))
        jobs().let_clicks_go_first()


@contextmanager
def _holding(lock: RLock, patience: float) -> Iterator[None]:
    """Hold a lock, or go on without it after a number of seconds."""
    is_acquired = lock.acquire(timeout=patience)
    try:
        yield
    finally:
        if is_acquired:
            lock.release()


def result_of(steps: Steps[T]) -> T:
    """Run a job and return its result, which the page needs; other pages are drawn meanwhile.

    If the job is cancelled, as at the end of its session, the script stops.
    """
    turn = _thread.turn
    if turn is not None:
        turn.close()
    try:
        return submit(steps).result()
    except CancelledError:
        raise StopException from None
    finally:
        if turn is not None:
            _begin(turn, _thread.is_clicked_for)


@contextmanager
def drawing_all() -> Iterator[None]:
    """Draw a whole page: for a click, except in a session's first run, or where a frame requested
    it that was not itself drawn for a click."""
    is_clicked_for = st.session_state.get(_CLICKED, False)
    st.session_state[_CLICKED] = True
    with drawing(is_clicked_for):
        yield


def let_next_frame_wait() -> None:
    """Let the next frame wait for clicks of other sessions, after an answered click."""
    st.session_state[_WAITS_FOR_CLICKS] = True


class LiveState(Shared, Protocol):
    """State of a page."""

    @property
    def is_live(self) -> bool:
        """True while the page changes without clicks."""


S = TypeVar("S", bound=LiveState)


def frame(draw: Callable[[S], None]) -> Callable[[S], None]:
    """Decorate a function that draws a part of a page to hold the lock of the page's state, to wait
    for its turn, and to note its cost while the page is live."""

    @wraps(draw)
    def drawn(session: S) -> None:
        start, session_id = time.thread_time(), this_session().id
        is_alone = _thread.turn is None  # Else the rest of the page follows.
        # The last frame of live play is not for a click either.
        was_live = session.is_live or frame_costs().was_live(session_id)
        is_clicked_for = _thread.is_clicked_for or not was_live
        is_clicked_for &= not st.session_state.pop(_WAITS_FOR_CLICKS, False)
        try:
            with drawing(is_clicked_for), session.lock, drawing_part(draw.__qualname__):
                draw(session)
        except RerunException:
            st.session_state[_CLICKED] = is_clicked_for
            raise
        finally:
            if session.is_live:
                frame_costs().note(session_id, time.thread_time() - start)
            else:
                frame_costs().forget(session_id)
        if is_alone and is_clicked_for:
            time.sleep(PAINT_TIME)

    return drawn
