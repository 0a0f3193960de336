"""Scheduling of page frames: order, and rate during live play.

Pages with a pending click are drawn first, all others one after the other.
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import cache, wraps
from threading import RLock, local
from typing import Protocol, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

from engine.loop.lock import Shared, locked
from engine.steps import Steps
from pages.parts.work.browser_sessions import this_client
from pages.parts.work.figure_registry import drawing_part
from pages.parts.work.jobs import jobs, submit

T = TypeVar("T")

SHARE = 0.3
"""Share of a processor for the frames of all live pages together."""
PAINTED = 0.015
"""Seconds between the frame of a click and the end of its run. On that end the browser draws the
whole page anew; if both came at once, it would paint the click's charts only after that."""
_FORGOTTEN = 30.0
"""Seconds without a frame after which a page is live no longer."""
_CLICKED, _FOLLOWS = "clicked", "follows"
_CLICKS, _BACKGROUND = RLock(), RLock()
"""Held while a page is drawn for a click, and while one is drawn for any other reason."""
_SHORT_PATIENCE = 0.2
"""Seconds that a click waits for another; two that are drawn at once take twice as long."""
_PATIENCE = 20.0
"""Seconds that frames without a click wait for each other."""


class Frames:
    """Costs of the frames of live pages, and the time between frames that follows from them.

    Args:
        now: monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.lock = RLock()
        self._now = now
        self._costs: dict[str, tuple[float, float]] = {}

    @locked
    def note(self, session: str, seconds: float) -> None:
        """Note the processor time of a frame of a session's live page."""
        before, _ = self._costs.get(session, (seconds, 0.0))
        self._costs[session] = 0.8 * before + 0.2 * seconds, self._now()

    @locked
    def follows(self, session: str) -> bool:
        """Return whether the page of a session was live when its last frame was drawn."""
        return session in self._costs

    @locked
    def forget(self, session: str) -> None:
        """Note that the page of a session is live no longer."""
        self._costs.pop(session, None)

    @locked
    def pace(self, session: str, least: float) -> float:
        """Return the seconds from one frame of a session to the next: ``least`` times 1, 4, 16, ...

        Steps are large because each change of the pace draws the page in full.
        """
        past = self._now() - _FORGOTTEN
        others = sum(c for s, (c, seen) in self._costs.items() if s != session and seen > past)
        return least * 4.0 ** math.ceil(math.log(max(others / (SHARE * least), 1.0), 4.0))


@cache
def frames() -> Frames:
    """Return the process's frames."""
    return Frames()


def pace(least: float) -> float:
    """Return the seconds from one frame of the session to the next, see `Frames`."""
    return frames().pace(this_client().session, least)


class _Here(local):
    """State of the thread: locks of the page in progress, and the reason to draw."""

    turn: ExitStack | None = None
    is_clicked_for = False


_HERE = _Here()


@contextmanager
def drawing(is_clicked_for: bool) -> Iterator[None]:
    """Draw for a click at once, and for any other reason in turn."""
    before = _HERE.turn, _HERE.is_clicked_for
    with ExitStack() as turn:
        _begin(turn, is_clicked_for)
        _HERE.turn, _HERE.is_clicked_for = turn, is_clicked_for
        try:
            yield
        finally:
            _HERE.turn, _HERE.is_clicked_for = before


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
    turn = _HERE.turn
    if turn is not None:
        turn.close()
    try:
        return submit(steps).result()
    except CancelledError:
        raise StopException from None
    finally:
        if turn is not None:
            _begin(turn, _HERE.is_clicked_for)


@contextmanager
def drawing_all() -> Iterator[None]:
    """Draw a page in full: for a click, except for the first time or at the wish of a frame."""
    is_clicked_for = st.session_state.get(_CLICKED, False)
    st.session_state[_CLICKED] = True
    with drawing(is_clicked_for):
        yield


def only_follow() -> None:
    """Let the next frame wait for clicks of other sessions, after an answered click."""
    st.session_state[_FOLLOWS] = True


class Followed(Shared, Protocol):
    """State of a page."""

    @property
    def is_live(self) -> bool:
        """True while the page changes without clicks."""


S = TypeVar("S", bound=Followed)


def frame(draw: Callable[[S], None]) -> Callable[[S], None]:
    """Decorate a function that draws a part of a page to hold the lock of the page's state, to wait
    for its turn, and to note its cost while the page is live."""

    @wraps(draw)
    def drawn(session: S) -> None:
        start, client = time.thread_time(), this_client().session
        is_alone = _HERE.turn is None  # Else the rest of the page follows.
        # The last frame of live play is not for a click either.
        was_live = session.is_live or frames().follows(client)
        is_clicked_for = _HERE.is_clicked_for or not was_live
        is_clicked_for &= not st.session_state.pop(_FOLLOWS, False)
        try:
            with drawing(is_clicked_for), session.lock, drawing_part(draw.__qualname__):
                draw(session)
        except RerunException:
            st.session_state[_CLICKED] = is_clicked_for
            raise
        finally:
            if session.is_live:
                frames().note(client, time.thread_time() - start)
            else:
                frames().forget(client)
        if is_alone and is_clicked_for:
            time.sleep(PAINTED)

    return drawn
