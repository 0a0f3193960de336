"""The track: the few processes in which the races of all browser sessions run.

They are there while somebody races. A session has a lane while its race runs and its page
looks in. Nobody says when a tab is closed, so a lane that nobody has looked after for a while
is taken back, and with the last one the processes end.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import RLock, Timer

import streamlit as st

from engine.loop.lock import locked

LANES = 2
"""Races that run at once on one server."""
GRACE = 15.0
"""Seconds after which a lane that nobody looked after goes to who waits for one."""
PATIENCE = 90.0
"""Seconds after which it is taken back whoever waits; a browser lets pages that are out of
sight look in once a minute."""


def open_processes() -> Executor:
    """Processes that start clean, with one thread for matrices each."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return ProcessPoolExecutor(min(4, os.cpu_count() or 1), get_context("spawn"))


@dataclass(slots=True, eq=False)
class Lane:
    """A place on the track, until it is left or taken back.

    Attributes:
        executor: where to run.
        seen: when its race last looked in, in seconds.
    """

    executor: Executor
    seen: float


class Track:
    """Gives lanes to races.

    Args:
        make: makes the executor of all lanes, when the first is taken.
        now: a clock in seconds that only goes forward.
    """

    def __init__(
        self, make: Callable[[], Executor], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._make, self._now = make, now
        self.lock = RLock()
        self._lanes: list[Lane] = []
        self._executor: Executor | None = None
        self._is_watched = False

    @locked
    def enter(self) -> Lane | None:
        """A lane, or None while all are taken."""
        if len(self._lanes) >= LANES:
            self._take_back(GRACE)
        if len(self._lanes) >= LANES:
            return None
        self._executor = self._executor or self._make()
        if not self._is_watched:
            self._watch()
        self._lanes.append(Lane(self._executor, self._now()))
        return self._lanes[-1]

    @locked
    def keep(self, lane: Lane) -> bool:
        """Look in; False if the lane was lost meanwhile."""
        lane.seen = self._now()
        return lane in self._lanes

    @locked
    def leave(self, *lanes: Lane) -> None:
        """Give lanes back; with the last one the processes end."""
        self._lanes = [lane for lane in self._lanes if lane not in lanes]
        if not self._lanes and self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    @locked
    def abandon(self, executor: Executor) -> None:
        """Use an executor no more that does not work: its lanes are lost."""
        self.leave(*(lane for lane in self._lanes if lane.executor is executor))

    def _take_back(self, after: float) -> None:
        """Take back the lanes that nobody looked after for so many seconds."""
        self.leave(*(lane for lane in self._lanes if self._now() - lane.seen >= after))

    def _watch(self) -> None:
        """Take back lost lanes now and then, as long as there are processes."""
        self._is_watched = True
        watch = Timer(PATIENCE / 3, self._look)
        watch.daemon = True
        watch.start()

    @locked
    def _look(self) -> None:
        self._take_back(PATIENCE)
        self._is_watched = False
        if self._executor is not None:
            self._watch()


@st.cache_resource
def track() -> Track:
    """The track of this server."""
    return Track(open_processes)
