"""Process pool for the races of all browser sessions.

It exists while there are races. Two races run at once; while others wait, a race pauses after its
turn and continues with its next one. A race is removed after its session has ended, and the
processes end with the last race.
"""

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, MutableSequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import suppress
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


METERS = 1_000
"""Runs that are metered at once."""


class SharedMeter:
    """A `Meter` in memory that the pool's processes share: two numbers at a position.

    Args:
        numbers: visitors served, and 1 if the run is to be given up, by position.
        free: positions without a run; None in a process of the pool.
    """

    def __init__(
        self, numbers: MutableSequence[float], position: int, free: deque[int] | None = None
    ) -> None:
        self._numbers, self._position, self._free = numbers, position, free
        if free is not None:
            numbers[2 * position] = numbers[2 * position + 1] = 0.0

    def __reduce__(self) -> tuple[Callable[[int], "SharedMeter"], tuple[int]]:
        return _meter_at, (self._position,)

    @property
    def served(self) -> int:
        """See `Meter`."""
        return int(self._numbers[2 * self._position])

    def report(self, served: int) -> bool:
        """See `Meter`."""
        self._numbers[2 * self._position] = served
        return bool(self._numbers[2 * self._position + 1])

    def stop(self) -> None:
        """See `Meter`."""
        self._numbers[2 * self._position + 1] = 1.0

    def release(self) -> None:
        """See `Meter`."""
        if self._free is not None:
            self._free.append(self._position)


_shared: list[MutableSequence[float]] = []
"""The numbers of `SharedMeter`, in a process of the pool."""


def _meter_at(position: int) -> SharedMeter:
    return SharedMeter(_shared[0], position)


class RaceProcesses(ProcessPoolExecutor):
    """New processes of one BLAS thread each, which end with the app, and meters of their runs."""

    def __init__(self) -> None:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        context = multiprocessing.get_context("spawn")
        self._numbers: MutableSequence[float] = context.RawArray("d", 2 * METERS)
        self._free = deque(range(METERS))
        super().__init__(min(4, os.cpu_count() or 1), context, _begin, (self._numbers,))

    def take_meter(self) -> SharedMeter | None:
        """Return a meter for a run; None while all are in use."""
        with suppress(IndexError):
            return SharedMeter(self._numbers, self._free.pop(), self._free)
        return None


def open_processes() -> Executor:
    """Return an executor for races."""
    return RaceProcesses()


def _begin(numbers: MutableSequence[float]) -> None:
    """Lower the priority of a pool process, and let it end with the server, however that ends."""
    _shared[:] = [numbers]
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

    def take_meter(self) -> SharedMeter | None:
        """Return a meter for a run of the race, if its executor has any."""
        return self.executor.take_meter() if isinstance(self.executor, RaceProcesses) else None


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
