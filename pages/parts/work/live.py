"""Live play: simulated visitors come in by number, by and by, or one by one."""

import time
from collections.abc import Callable
from concurrent.futures import wait
from threading import RLock
from typing import Protocol

from engine.loop.lock import locked
from pages.parts.text.format import counted
from pages.parts.work.frames import pace
from pages.parts.work.jobs import SLICE, Job, Submit, jobs, locked_steps, submit

TICK = 0.25
"""Seconds between two frames of live play."""
PAUSE = 1.5
"""Seconds that live play waits after an own click, so that its effect can be seen."""
_BUDGET = SLICE
"""Seconds in which visitors may walk in at once; a click waits no longer than that."""
_PATIENCE = 1.0
"""Seconds that a page which opens waits for its first visitors."""


class Host(Protocol):
    """Whose visitors come in: a browser session's state on a page.

    Attributes:
        lock: held while anything happens to the session.
        now: a clock in seconds that only goes forward; it paces live play.
    """

    lock: RLock
    now: Callable[[], float]

    @property
    def is_full(self) -> bool:
        """Whether nobody may be served any more."""

    @property
    def speed(self) -> int:
        """Visitors a second of live play."""

    def serve(self, visitors: int) -> int:
        """Serve up to so many visitors, see `serve_in_time`; how many it were."""


def serve_in_time(serve_one: Callable[[], bool], visitors: int) -> int:
    """Serve up to so many visitors as a slice has time for until others click; how many it were.

    Args:
        serve_one: does a step for a visitor; whether it was the last one.
    """
    until, line, served = time.perf_counter() + _BUDGET, jobs(), 0
    clicked = line.clicked
    while served < visitors and time.perf_counter() < until:
        served += serve_one()
        if line.clicked > clicked:
            break
    return served


class LivePlay:
    """Who of a session's visitors waits outside, and when they come in.

    Its verbs hold the session's lock: a click comes while a slice of the crowd is being served.

    Attributes:
        waiting: how many of the ``enqueued`` have not been served yet.
        playing: whether visitors come by and by until paused.
        crowds: how many crowds there were, one until each pause.

    Args:
        submit: queues the job that serves a crowd.
    """

    def __init__(self, host: Host, submit: Submit = submit) -> None:
        self._host, self._submit = host, submit
        self.lock = host.lock
        self.crowds = 0
        self._crowd: Job[None] | None = None
        self._asked = 0
        self.send_away()

    @locked
    def send_away(self) -> None:
        """Nobody waits outside, but who was asked for together with this: they are for what comes.

        Presses that reach a busy server together are taken in the order of the buttons.
        """
        self.waiting = self.enqueued = 0
        self.playing = False
        self._due = 0.0
        if self._asked:
            self.enqueue(self._asked)

    @locked
    def settle(self) -> None:
        """All that was pressed together has been taken."""
        self._asked = 0

    @locked
    def pause_after_click(self) -> None:
        """Let nobody in for a moment."""
        self._due = self._host.now() + PAUSE

    @locked
    def enqueue(self, visitors: int) -> None:
        """Queue visitors; they are served by a background job."""
        self.playing, self.crowds = False, self.crowds + 1
        self.waiting = self.enqueued = self._asked = visitors
        if self._crowd is None or self._crowd.done():
            self._crowd = self._submit(locked_steps(self.lock, self._let_in))

    def _let_in(self) -> bool:
        """Serve a slice of those who wait; whether nobody is left."""
        if self.waiting:
            served = self._host.serve(self.waiting)  # After a refusal nobody waits any more.
            self.waiting = max(self.waiting - served, 0)
        if self._host.is_full:
            self.stop()
        if not self.waiting:
            self._crowd = None
        return not self.waiting

    def wait(self) -> None:
        """Wait a little for a crowd, if nobody shares the time with it, so that it is not seen."""
        if self._crowd is not None and not self._crowd.others:
            wait([self._crowd], _PATIENCE)

    @locked
    def play(self) -> None:
        """Let visitors in one after the other until paused."""
        self.waiting, self.playing, self.crowds = 0, True, self.crowds + 1

    @locked
    def pause(self) -> None:
        """Nobody comes one after the other any more; a crowd that was let in still does."""
        self.playing = False

    @locked
    def stop(self) -> None:
        """No more visitors for now."""
        self.waiting, self.playing = 0, False

    @locked
    def step(self) -> None:
        """Serve one visitor now."""
        self._host.serve(1)

    @property
    def is_live(self) -> bool:
        """Whether visitors come by themselves."""
        return self.playing or self.waiting > 0

    @property
    def crowd(self) -> int | None:
        """The number of the crowd that comes, from 1; None for somebody who comes alone."""
        return self.crowds if self.is_live else None

    @property
    def can_start(self) -> bool:
        """Whether visitors can be let in."""
        return not (self.is_live or self._host.is_full)

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nobody comes by themselves."""
        if not self.is_live:
            return None
        return pace(max(TICK, 1 / self._host.speed) if self.playing else TICK)

    @locked
    def advance(self) -> None:
        """One frame of live play, if it is time for one. A crowd that failed says why.

        Clicks make frames too; only time lets visitors in.
        """
        crowd, every = self._crowd, self.pace
        if crowd is not None and crowd.done():
            self._crowd, self.waiting = None, 0
            if not crowd.cancelled():
                crowd.result()
        if not self.playing or every is None or self._host.now() < self._due:
            return
        self._due = self._host.now() + 0.8 * every
        self._host.serve(max(1, round(self._host.speed * every)))
        if self._host.is_full:
            self.stop()

    @property
    def told(self) -> str:
        """How far the crowd has come, and whom it shares the time with."""
        crowd, done = self._crowd, self.enqueued - self.waiting
        told = f"{done:,} of {self.enqueued:,} visitors served"
        if crowd is None or not crowd.others:
            return told
        if crowd.ahead:
            is_or_are = "is" if crowd.ahead == 1 else "are"
            return f"{told}. {counted(crowd.ahead, 'other')} {is_or_are} ahead of you."
        return f"{told}, in turn with {counted(crowd.others, 'other')}"
