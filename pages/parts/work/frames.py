"""How often pages are drawn that follow what goes on by itself, so that time is left for clicks."""

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
from pages.parts.work.clients import this_client
from pages.parts.work.figure_registry import drawing_part
from pages.parts.work.heavy_work import Ticket, heavy_work
from pages.parts.work.turns import long_turn

T = TypeVar("T")

SHARE = 0.3
"""Of a processor, for the frames of all pages that follow something."""
PAINTED = 0.015
"""Seconds from the last of what a click has changed until the browser hears that this is all: it
draws the whole page anew then, and would paint charts after that if both came at once."""
_FORGOTTEN = 30.0
"""Seconds after which a page that draws no frames follows nothing any more."""


class Frames:
    """What the frames of each session cost, and how far apart they are to be.

    Args:
        now: a clock in seconds that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.lock = RLock()
        self._now = now
        self._costs: dict[str, tuple[float, float]] = {}

    @locked
    def note(self, session: str, seconds: float) -> None:
        """A session has drawn a frame, which took so much of a processor."""
        before, _ = self._costs.get(session, (seconds, 0.0))
        self._costs[session] = 0.8 * before + 0.2 * seconds, self._now()

    @locked
    def follows(self, session: str) -> bool:
        """Whether a session follows something, or did when its last frame was drawn."""
        return session in self._costs

    @locked
    def forget(self, session: str) -> None:
        """A session follows nothing any more."""
        self._costs.pop(session, None)

    @locked
    def pace(self, session: str, least: float) -> float:
        """Seconds from one of its frames to the next: ``least``, or that times 4, 16, ...

        Seldom another: the page is drawn in full for it.
        """
        past = self._now() - _FORGOTTEN
        others = sum(c for s, (c, seen) in self._costs.items() if s != session and seen > past)
        return least * 4.0 ** math.ceil(math.log(max(others / (SHARE * least), 1.0), 4.0))


@cache
def frames() -> Frames:
    """The frames of this process."""
    return Frames()


def pace(least: float) -> float:
    """Seconds from one frame of this session to the next, see `Frames`."""
    return frames().pace(this_client().session, least)


_CLICKED, _FOLLOWS = "clicked", "follows"
_CLICKS, _BACKGROUND = RLock(), RLock()
"""Held by who draws what somebody has clicked for, and what nobody has."""
_SHORT_PATIENCE = 0.2
"""Seconds that a click waits for the one before it: two at a time take twice as long, both."""
_PATIENCE = 20.0
"""Seconds that one waits for it at most. All who wait no longer draw at the same time."""


class _Here(local):
    """What this thread draws: its turn, and whether somebody has clicked for it."""

    turn: ExitStack | None = None
    is_clicked_for = False


_HERE = _Here()


@contextmanager
def drawing(is_clicked_for: bool) -> Iterator[None]:
    """Draw at once what a person has clicked for; all else after that, one after the other."""
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
        turn.enter_context(heavy_work().giving_way())
        turn.enter_context(_turn(_CLICKS, _SHORT_PATIENCE))
        # Heavy work would have as long ones: each time that the click changes threads it would wait
        # for one.
        if not len(heavy_work()):
            turn.enter_context(long_turn())
    else:
        turn.enter_context(_turn(_BACKGROUND, _PATIENCE))
        heavy_work().let_clicks_go_first()


def give_way() -> None:
    """Let clicks go first once more, between two parts of what nobody has clicked for."""
    if not _HERE.is_clicked_for:
        heavy_work().let_clicks_go_first()


def outcome(ticket: Ticket[T]) -> T:
    """What comes of heavy work without which a page cannot be drawn; others are meanwhile.

    With its session the work has ended, and so does the script: nobody sees what it draws.
    """
    turn, is_clicked_for = _HERE.turn, _HERE.is_clicked_for
    if turn is not None:
        turn.close()
    try:
        return ticket.result()
    except CancelledError:
        raise StopException from None
    finally:
        if turn is not None:
            _begin(turn, is_clicked_for)


@contextmanager
def _turn(lock: RLock, patience: float) -> Iterator[None]:
    """Be the only one, unless that takes longer than so many seconds."""
    has_turn = lock.acquire(timeout=patience)
    try:
        yield
    finally:
        if has_turn:
            lock.release()


@contextmanager
def drawing_all() -> Iterator[None]:
    """Draw a page in full; nobody clicks for the first time, nor where a frame asks for it."""
    is_clicked_for = st.session_state.get(_CLICKED, False)
    st.session_state[_CLICKED] = True
    with drawing(is_clicked_for):
        yield


def only_follow() -> None:
    """What is drawn next follows a click that has drawn by itself what it changed: others' clicks
    go first."""
    st.session_state[_FOLLOWS] = True


class Followed(Shared, Protocol):
    """What a page shows, and whether it changes by itself."""

    @property
    def is_live(self) -> bool:
        """Whether it does."""


S = TypeVar("S", bound=Followed)


def frame(draw: Callable[[S], None]) -> Callable[[S], None]:
    """Draw what a session shows while nothing else happens to it, and note what that took."""

    @wraps(draw)
    def drawn(session: S) -> None:
        start, client = time.thread_time(), this_client().session
        is_all = _HERE.turn is None  # Of a page that is drawn in full more follows.
        # Nobody clicks for the frame either that finds that all is over.
        follows = session.is_live or frames().follows(client)
        is_clicked_for = heavy_work().is_waited_for or not follows
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
        if is_all and is_clicked_for:
            time.sleep(PAINTED)

    return drawn
