"""A crowd outside a page's door: let in by number, by and by, or one by one.

A session's verbs run one at a time: a click's run starts while a frame of the crowd is
still being computed.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, Protocol, TypeVar

TICK = 0.25
"""Seconds between two frames of live play."""
PAUSE = 1.5
"""Seconds that live play waits after an own click, so that its effect can be seen."""
_BUDGET = 0.2
"""Seconds of a frame in which a crowd may walk in; a click waits no longer than that."""


class Session(Protocol):
    """What has verbs that run one at a time."""

    @property
    def lock(self) -> AbstractContextManager[bool]:
        """Held by the verb that runs."""
        ...


C = TypeVar("C", bound=Session)
P = ParamSpec("P")
R = TypeVar("R")


def locked(verb: Callable[Concatenate[C, P], R]) -> Callable[Concatenate[C, P], R]:
    """One thread at a time in this session."""

    @wraps(verb)
    def alone(session: C, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with session.lock:
            return verb(session, *args, **kwargs)

    return alone


class LivePlay(ABC):
    """Visitors who wait outside, and how they come in.

    Attributes:
        waiting: how many of those let in have not been served yet.
        enqueued: how many were let in.
        playing: whether visitors come by and by until paused.

    Args:
        now: a clock in seconds that only goes forward; it paces live play.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.lock = RLock()
        self.send_away()

    @abstractmethod
    def serve_one(self) -> None:
        """Serve one visitor."""

    @abstractmethod
    def reset(self) -> None:
        """Start again."""

    @property
    @abstractmethod
    def is_full(self) -> bool:
        """Whether nobody may be served any more."""

    @property
    @abstractmethod
    def speed(self) -> int:
        """Visitors a second of live play."""

    def send_away(self) -> None:
        """Nobody waits outside."""
        self.waiting = self.enqueued = 0
        self.playing = False
        self._due = 0.0

    def pause_after_click(self) -> None:
        """Let nobody in for a moment."""
        self._due = self.now() + PAUSE

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
        self._serve(1)

    @property
    def is_live(self) -> bool:
        """Whether visitors come by themselves."""
        return self.playing or self.waiting > 0

    @property
    def pace(self) -> float:
        """Seconds from one frame to the next."""
        return max(TICK, 1 / self.speed) if self.playing else TICK

    @locked
    def advance(self) -> None:
        """One frame of a crowd or of live play, if it is time for one.

        Clicks make frames too; only time lets visitors in.
        """
        if not self.is_live or self.now() < self._due:
            return
        self._due = self.now() + 0.8 * self.pace
        if self.playing:
            self._serve(max(1, round(self.speed * self.pace)))
        else:
            served = self._serve(self.waiting)
            self.waiting = max(self.waiting - served, 0)
        if self.is_full:
            self.stop()

    def _serve(self, visitors: int) -> int:
        """Serve up to so many visitors as a frame has time for; how many it were."""
        until = time.perf_counter() + _BUDGET
        served = 0
        while served < visitors and not self.is_full and time.perf_counter() < until:
            self.serve_one()
            served += 1
        return served
