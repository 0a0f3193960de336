"""Process pool for the races of all browser sessions.

It exists while there are races. Two races run at once; while others wait, a race pauses after its
turn and continues with its next one. A race is removed after its session has ended, and the
processes end with the last race.
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
from pages.parts.work.browser_sessions import Client, is_there
from pages.parts.work.jobs import GRACE, pass_turn

LANES = 2
"""Races that run at once on one server."""
TURN = 10.0
"""Seconds after which a lane passes to a race that waits for one."""
_LOOK = 5.0
"""Seconds between two searches for ended sessions."""
_NICE = 10
"""Increment of the processes' niceness: the server goes first where processors are scarce."""


def open_processes() -> Executor:
    """Return an executor with new processes of one BLAS thread each, which end with the app."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(
        min(4, os.cpu_count() or 1), multiprocessing.get_context("spawn"), _stand_back
    )


def _stand_back() -> None:
    """Lower the priority of a pool process, and let it end with the server, however that ends."""
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
    """A race that runs or waits for a lane.

    Attributes:
        executor: executor of its runs.
        client: session that started it.
        seen: time at which the session was connected last, in seconds.
    """

    executor: Executor
    client: Client
    seen: float


class Track:
    """Races in the order of their turns, and the lanes of running races.

    Args:
        make: returns an executor for all races; called for the first one.
        now: monotonic clock, in seconds.
        is_there: returns True while a session, given by its id, is connected.
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
        """Add a race of a session at the end of the line."""
        self._executor = self._executor or self._make()
        racer = Racer(self._executor, client, self._now())
        self._line.append(racer)
        if not self._is_watched:
            self._watch()
        return racer

    @locked
    def place(self, racer: Racer) -> int | None:
        """Return the number of races ahead; 0 while a race has a lane, None if it was removed."""
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
        """Remove a race; the processes end with the last race."""
        if racer in self._line:
            self._line.remove(racer)
        self._lanes.pop(racer, None)
        if not self._line and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    @locked
    def abandon(self, executor: Executor) -> None:
        """Remove all races of a broken executor."""
        for racer in list(self._line):
            if racer.executor is executor:
                self.leave(racer)

    def _watch(self) -> None:
        """Search for ended sessions in a while, and again as long as there are races."""
        self._is_watched = True
        watch = Timer(_LOOK, self.look)
        watch.daemon = True
        watch.start()

    @locked
    def look(self) -> None:
        """Remove the races of sessions that have ended."""
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
    """Return the server's track."""
    return Track(open_processes)
