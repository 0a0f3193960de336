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
from pages.parts.work.browser_session import BrowserSession, is_connected
from pages.parts.work.job_queue import GRACE, pass_turn

LANES = 2
"""Races that run at once on one server."""
TURN = 10.0
"""Seconds after which a lane passes to a race that waits for one."""
_CHECK_INTERVAL = 5.0
"""Seconds between two checks for ended sessions."""
_NICE = 10
"""Increment of the processes' niceness: the server goes first where processors are scarce."""


def open_processes() -> Executor:
    """Return an executor with new processes of one BLAS thread each, which end with the app."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(
        min(4, os.cpu_count() or 1), multiprocessing.get_context("spawn"), _lower_priority
    )


def _lower_priority() -> None:
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
class QueuedRace:
    """A race that runs or waits for a lane.

    Attributes:
        executor: executor of its runs.
        session: browser session that started it.
        last_connected: time at which the session was seen connected last, in seconds.
    """

    executor: Executor
    session: BrowserSession
    last_connected: float


class RaceQueue:
    """Races in the order of their turns, and the lanes of running races.

    Args:
        make: returns an executor for all races; called for the first one.
        now: monotonic clock, in seconds.
        is_connected: returns True while a session, given by its id, is connected.
    """

    def __init__(
        self,
        make: Callable[[], Executor],
        now: Callable[[], float] = time.monotonic,
        is_connected: Callable[[str], bool] = is_connected,
    ) -> None:
        self._make, self._now, self._is_connected = make, now, is_connected
        self.lock = RLock()
        self._queue: list[QueuedRace] = []
        self._lanes: dict[QueuedRace, float] = {}
        self._executor: Executor | None = None
        self._is_watched = False

    @locked
    def add(self, session: BrowserSession) -> QueuedRace:
        """Add a race of a session at the end of the queue."""
        self._executor = self._executor or self._make()
        race = QueuedRace(self._executor, session, self._now())
        self._queue.append(race)
        if not self._is_watched:
            self._watch()
        return race

    @locked
    def races_ahead(self, race: QueuedRace) -> int | None:
        """Return the number of races ahead; 0 while a race has a lane, None if it was removed."""
        for other, since in list(self._lanes.items()):
            if self._now() - since >= TURN and len(self._queue) > LANES:
                pass_turn(self._queue, other)
                del self._lanes[other]
        waiting = [other for other in self._queue if other not in self._lanes]
        free = LANES - len(self._lanes)
        self._lanes |= dict.fromkeys(waiting[:free], self._now())
        if race in self._lanes:
            return 0
        return 1 + waiting[free:].index(race) if race in waiting else None

    @locked
    def remove(self, race: QueuedRace) -> None:
        """Remove a race; the processes end with the last race."""
        if race in self._queue:
            self._queue.remove(race)
        self._lanes.pop(race, None)
        if not self._queue and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    @locked
    def remove_all_of(self, executor: Executor) -> None:
        """Remove all races of a broken executor."""
        for race in list(self._queue):
            if race.executor is executor:
                self.remove(race)

    def _watch(self) -> None:
        """Check for ended sessions after an interval, and again as long as there are races."""
        self._is_watched = True
        watch = Timer(_CHECK_INTERVAL, self.remove_ended)
        watch.daemon = True
        watch.start()

    @locked
    def remove_ended(self) -> None:
        """Remove the races of sessions that have ended."""
        for race in list(self._queue):
            if self._is_connected(race.session.id):
                race.last_connected = self._now()
            elif self._now() - race.last_connected > GRACE:
                self.remove(race)
        self._is_watched = False
        if self._queue:
            self._watch()

    @locked
    def __len__(self) -> int:
        return len(self._queue)


@st.cache_resource
def race_queue() -> RaceQueue:
    """Return the server's queue of races."""
    return RaceQueue(open_processes)
