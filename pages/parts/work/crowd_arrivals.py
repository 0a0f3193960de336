"""Live play: simulated visitors arrive in a crowd, at a steady rate, or one at a time."""

import time
from collections.abc import Callable
from concurrent.futures import wait
from threading import RLock
from typing import Protocol

from engine.loop.lock import locked
from pages.parts.text.format import counted
from pages.parts.work.frame_pace import pace
from pages.parts.work.job_queue import SLICE, Job, Submit, jobs, locked_steps, submit

TICK = 0.25
"""Seconds between two frames of live play."""
PAUSE = 1.5
"""Seconds that live play pauses after a click of the person, so that its effect can be seen."""
_BUDGET = SLICE
"""Seconds of serving visitors without a break; a click waits no longer than that."""
_PATIENCE = 1.0
"""Seconds that a page waits for its first visitors when it opens."""


class Host(Protocol):
    """State of a page that visitors come to.

    Attributes:
        lock: held while the state changes.
        now: monotonic clock of live play, in seconds.
    """

    lock: RLock
    now: Callable[[], float]

    @property
    def is_full(self) -> bool:
        """True if no more visitors may be served."""

    @property
    def speed(self) -> int:
        """Visitors a second of live play."""

    def serve(self, visitors: int) -> int:
        """Serve at most so many visitors, see `serve_in_time`, and return their number."""


def serve_in_time(serve_one: Callable[[], bool], visitors: int) -> int:
    """Serve at most so many visitors until a slice of time is over, or somebody clicks.

    Args:
        serve_one: does a step of serving a visitor; returns True once the visitor is served.

    Returns:
        the number of visitors that were served.
    """
    until, line, served = time.perf_counter() + _BUDGET, jobs(), 0
    clicked = line.clicked
    while served < visitors and time.perf_counter() < until:
        served += serve_one()
        if line.clicked > clicked:
            break
    return served


class LivePlay:
    """Arrivals of a session's visitors.

    Methods hold the session's lock, as a job serves the crowd in another thread.

    Attributes:
        waiting: number of the ``enqueued`` visitors that were not served yet.
        playing: True while visitors arrive at a steady rate, until paused.
        crowds: number of crowds so far; visitors between two pauses are one.

    Args:
        submit: queues the job that serves a crowd.
    """

    def __init__(self, host: Host, submit: Submit = submit) -> None:
        self._host, self._submit = host, submit
        self.lock = host.lock
        self.crowds = 0
        self._crowd: Job[None] | None = None
        self._requested = 0
        self.drop_waiting()

    @locked
    def drop_waiting(self) -> None:
        """Drop the waiting visitors and stop live play.

        Streamlit handles clicks that arrive in one run in the order of the buttons, not of the
        clicks. So a crowd requested in the same run is queued again, until `end_concurrent_clicks`.
        """
        self.waiting = self.enqueued = 0
        self.playing = False
        self._next_due = 0.0
        if self._requested:
            self.enqueue(self._requested)

    @locked
    def end_concurrent_clicks(self) -> None:
        """End the handling of concurrent clicks."""
        self._requested = 0

    @locked
    def pause_after_click(self) -> None:
        """Pause live play for a moment."""
        self._next_due = self._host.now() + PAUSE

    @locked
    def enqueue(self, visitors: int) -> None:
        """Queue visitors; they are served by a background job."""
        self.playing, self.crowds = False, self.crowds + 1
        self.waiting = self.enqueued = self._requested = visitors
        if self._crowd is None or self._crowd.done():
            self._crowd = self._submit(locked_steps(self.lock, self._serve_waiting))

    def _serve_waiting(self) -> bool:
        """Serve some of the waiting visitors; return True if none is left."""
        if self.waiting:
            served = self._host.serve(self.waiting)  # None wait after a refusal.
            self.waiting = max(self.waiting - served, 0)
        if self._host.is_full:
            self.stop()
        if not self.waiting:
            self._crowd = None
        return not self.waiting

    def wait(self) -> None:
        """Wait for a crowd for a moment, unless other jobs run: then no progress is drawn."""
        if self._crowd is not None and not self._crowd.others:
            wait([self._crowd], _PATIENCE)

    @locked
    def play(self) -> None:
        """Start live play at a steady rate."""
        self.waiting, self.playing, self.crowds = 0, True, self.crowds + 1

    @locked
    def pause(self) -> None:
        """Stop live play at a steady rate; a crowd that has been let in still arrives."""
        self.playing = False

    @locked
    def stop(self) -> None:
        """Stop all arrivals."""
        self.waiting, self.playing = 0, False

    @locked
    def step(self) -> None:
        """Serve one visitor now."""
        self._host.serve(1)

    @property
    def is_live(self) -> bool:
        """True while visitors arrive without clicks."""
        return self.playing or self.waiting > 0

    @property
    def crowd(self) -> int | None:
        """Number of the crowd that arrives, from 1; None for a single visitor."""
        return self.crowds if self.is_live else None

    @property
    def can_start(self) -> bool:
        """True if visitors can be let in."""
        return not (self.is_live or self._host.is_full)

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while no visitors arrive without clicks."""
        if not self.is_live:
            return None
        return pace(max(TICK, 1 / self._host.speed) if self.playing else TICK)

    @locked
    def advance(self) -> None:
        """Do a frame of live play if due; raise the error of a failed crowd.

        Frames caused by clicks let no visitors in.
        """
        crowd, every = self._crowd, self.pace
        if crowd is not None and crowd.done():
            self._crowd, self.waiting = None, 0
            if not crowd.cancelled():
                crowd.result()
        if not self.playing or every is None or self._host.now() < self._next_due:
            return
        self._next_due = self._host.now() + 0.8 * every
        self._host.serve(max(1, round(self._host.speed * every)))
        if self._host.is_full:
            self.stop()

    @property
    def progress_text(self) -> str:
        """Sentence on the progress of the crowd, and on the jobs of others."""
        crowd, done = self._crowd, self.enqueued - self.waiting
        text = f"{done:,} of {self.enqueued:,} visitors served"
        if crowd is None or not crowd.others:
            return text
        if crowd.ahead == 1:
            return f"{text}. 1 other is ahead of you."
        if crowd.ahead:
            return f"{text}. {crowd.ahead:,} others are ahead of you."
        return f"{text}, in turn with {counted(crowd.others, 'other')}"
