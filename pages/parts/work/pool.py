"""The track: the few processes in which the races of all browser sessions run.

They are there while somebody races. Two races have a lane at once; while others wait, a race
gives its lane up after a while and goes on when it is its turn again. A race whose session has
ended is forgotten, and with the last one the processes end.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import RLock, Thread, Timer

import streamlit as st

from engine.loop.lock import locked
from pages.parts.work.clients import Client, is_there
from pages.parts.work.jobs import GRACE, pass_turn

LANES = 2
"""Races that run at once on one server."""
TURN = 10.0
"""Seconds after which a lane goes to who waits for one."""
_LOOK = 5.0
"""Seconds from one look for ended sessions to the next."""
_NICE = 10
"""How far races stand back for the server where there are not processors enough for both."""


def open_processes() -> Executor:
    """Processes that start clean, with one thread for matrices each, and end with this one."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(
        min(4, os.cpu_count() or 1), multiprocessing.get_context("spawn"), _stand_back
    )


def _stand_back() -> None:
    """In such a process: let the server go first, and end with it, however it ends."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@dataclass(slots=True, eq=False)
class Racer:
    """A race on the track, or in line for it.

    Attributes:
        executor: where it runs.
        client: whose it is.
        seen: when that session was there last, in seconds.
    """

    executor: Executor
    client: Client
    seen: float


class Track:
    """Says which races may run.

    Args:
        make: makes the executor of all races, when the first comes.
        now: a clock in seconds that only goes forward.
        is_there: whether a session is still there.
    """

    def __init__(
        self,
        make: Callable[[], Executor],
        now: Callable[[], float] = time.monotonic,
        is_there: Callable[[str], bool] = is_there,
    ) -> None:
        self._make, self._now, self._is_there = make, now, is_there
        self.lock = RLock()
        self._line: list[Racer] = []
        self._lanes: dict[Racer, float] = {}
        self._executor: Executor | None = None
        self._is_watched = False

    @locked
    def enter(self, client: Client) -> Racer:
        """Stand in line with a race of a session."""
        self._executor = self._executor or self._make()
        racer = Racer(self._executor, client, self._now())
        self._line.append(racer)
        if not self._is_watched:
            self._watch()
        return racer

    @locked
    def place(self, racer: Racer) -> int | None:
        """How many others are ahead of a race; 0 while it has a lane, None if it is forgotten."""
        for other, since in list(self._lanes.items()):
            if self._now() - since >= TURN and len(self._line) > LANES:
                pass_turn(self._line, other)
                del self._lanes[other]
        waiting = [other for other in self._line if other not in self._lanes]
        free = LANES - len(self._lanes)
        self._lanes |= dict.fromkeys(waiting[:free], self._now())
        if racer in self._lanes:
            return 0
        return 1 + waiting[free:].index(racer) if racer in waiting else None

    @locked
    def leave(self, racer: Racer) -> None:
        """Leave the track; with the last race the processes end."""
        if racer in self._line:
            self._line.remove(racer)
        self._lanes.pop(racer, None)
        if not self._line and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    @locked
    def abandon(self, executor: Executor) -> None:
        """Use an executor no more that does not work: its races are over."""
        for racer in list(self._line):
            if racer.executor is executor:
                self.leave(racer)

    def _watch(self) -> None:
        """Look for sessions that have ended now and then, as long as anybody races."""
        self._is_watched = True
        watch = Timer(_LOOK, self.look)
        watch.daemon = True
        watch.start()

    @locked
    def look(self) -> None:
        """Forget the races of sessions that have ended."""
        for racer in list(self._line):
            if self._is_there(racer.client.session):
                racer.seen = self._now()
            elif self._now() - racer.seen > GRACE:
                self.leave(racer)
        self._is_watched = False
        if self._line:
            self._watch()

    @locked
    def __len__(self) -> int:
        return len(self._line)


@st.cache_resource
def track() -> Track:
    """The track of this server."""
    return Track(open_processes)
