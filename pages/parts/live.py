"""Live play: simulated visitors come in by number, by and by, or one by one."""

import time
from collections.abc import Callable
from threading import RLock
from typing import Protocol

from engine.loop.lock import locked

TICK = 0.25
"""Seconds between two frames of live play."""
PAUSE = 1.5
"""Seconds that live play waits after an own click, so that its effect can be seen."""
_BUDGET = 0.2
"""Seconds of a frame in which a crowd may walk in; a click waits no longer than that."""


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


def serve_in_time(serve_one: Callable[[], None], visitors: int) -> int:
    """Serve up to so many visitors as a frame has time for; how many it were."""
    until = time.perf_counter() + _BUDGET
    served = 0
    while served < visitors and time.perf_counter() < until:
        serve_one()
        served += 1
    return served


class LivePlay:
    """Who of a session's visitors waits outside, and when they come in.

    Its verbs hold the session's lock: a click comes while a frame of the crowd is being computed.

    Attributes:
        waiting: how many of the ``enqueued`` have not been served yet.
        playing: whether visitors come by and by until paused.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.lock = host.lock
        self.send_away()

    @locked
    def send_away(self) -> None:
        """Nobody waits outside."""
        self.waiting = self.enqueued = 0
        self.playing = False
        self._due = 0.0

    @locked
    def pause_after_click(self) -> None:
        """Let nobody in for a moment."""
        self._due = self._host.now() + PAUSE

    @locked
    def enqueue(self, visitors: int) -> None:
        """Queue visitors; `advance` serves them."""
        self.playing = False
        self.waiting = self.enqueued = visitors

    @locked
    def play(self) -> None:
        """Let visitors in one after the other until paused."""
        self.waiting, self.playing = 0, True

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
    def can_start(self) -> bool:
        """Whether visitors can be let in."""
        return not (self.is_live or self._host.is_full)

    @property
    def pace(self) -> float | None:
        """Seconds from one frame to the next; None while nobody comes by themselves."""
        if not self.is_live:
            return None
        return max(TICK, 1 / self._host.speed) if self.playing else TICK

    @locked
    def advance(self) -> None:
        """One frame of a crowd or of live play, if it is time for one.

        Clicks make frames too; only time lets visitors in.
        """
        pace = self.pace
        if pace is None or self._host.now() < self._due:
            return
        self._due = self._host.now() + 0.8 * pace
        if self.playing:
            self._host.serve(max(1, round(self._host.speed * pace)))
        else:
            served = self._host.serve(self.waiting)
            self.waiting = max(self.waiting - served, 0)
        if self._host.is_full:
            self.stop()
