"""Background jobs: work that takes longer than a click, such as crowds, imports and evaluations.

One thread does the jobs of all browser sessions, a slice of time each in turn. So no session waits
until another's job is done, and all jobs together take no more than one thread of the processor.
"""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import active_children
from threading import Condition, RLock, Thread
from typing import Any, Generic, Protocol, TypeVar

from engine.loop.lock import locked
from engine.pausable_steps import WAITS, Steps
from pages.parts.work.browser_session import BrowserSession, acting_for, is_connected, this_session

T = TypeVar("T")

_log = logging.getLogger(__name__)

SLICE = 0.05
"""Seconds of one turn, or one step where that takes longer."""
GRACE = 10.0
"""Seconds that a job goes on after its session has disconnected, which may come back."""
_REST = 0.002
"""Seconds between two turns, for threads that wait for a lock that a job holds."""
_CLICK_FIRST = 0.1
"""Seconds, at most, that jobs pause for clicks before each turn."""


class Member(Protocol):
    """Object that takes turns on behalf of a browser session."""

    @property
    def session(self) -> BrowserSession:
        """The session."""


M = TypeVar("M", bound=Member)


def pass_turn(line: list[M], member: M) -> None:
    """Order a line after the turn of a member: other addresses, then other sessions of its address,
    then its own session; within each group the order stays.

    So twenty sessions of one address together get the time of one session of another.
    """
    session = member.session
    line.sort(key=lambda m: (m.session.address == session.address) + (m.session == session))


class Job(Future[T]):
    """Result of steps on the background thread; can be cancelled until done.

    Attributes:
        session: browser session that the job is done for.
        progress: share of the job that is done, from 0 to 1, if its steps yield it.
        has_begun: True from the first turn on.
        seen: time at which the session was connected last, in seconds.
    """

    def __init__(
        self, jobs: "Jobs", steps: Steps[T], session: BrowserSession, now: float, level: int
    ) -> None:
        super().__init__()
        self._jobs, self._steps, self._level = jobs, steps, level
        self.session, self.progress, self.has_begun = session, 0.0, False
        self._queued = self.seen = now

    @property
    def ahead(self) -> int:
        """Number of jobs with a turn before the first turn of the job."""
        return 0 if self.has_begun or self.done() else self._jobs.ahead_of(self)

    @property
    def others(self) -> int:
        """Number of other jobs in the queue."""
        return 0 if self.done() else len(self._jobs) - 1

    def work(self, is_over: Callable[[], bool], now: float) -> None:
        """Do a turn: at least one step, and more until the turn is over or the job waits."""
        if not self.has_begun:
            self._note("job begun", seconds=now - self._queued)
        self.has_begun = True
        try:
            while not self.cancelled():
                step = next(self._steps)
                if isinstance(step, float):
                    self.progress = step
                if step is WAITS or is_over():
                    return
        except StopIteration as end:
            with suppress(InvalidStateError):  # Cancelled during its last step.
                self.set_result(end.value)
        except BaseException as error:  # Of any kind: the thread serves other sessions as well.
            with suppress(InvalidStateError):
                self.set_exception(error)

    def end(self, now: float) -> None:
        """Cancel the job unless it is done, and close its steps; errors on closing are logged."""
        self.cancel()
        error = None if self.cancelled() else self.exception()
        code = "cancelled" if self.cancelled() else type(error).__name__ if error else ""
        try:
            self._steps.close()
        except Exception as failed:
            code = type(failed).__name__
        self._note("job ended", code=code, seconds=now - self._queued)

    def _note(self, event: str, **fields: object) -> None:
        _log.log(self._level, event, extra=fields)


def _in_a_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="jobs", daemon=True).start()


class Jobs:
    """Queue of the jobs of a process, and the thread that runs while the queue is not empty.

    Attributes:
        clicked: number of clicks so far; a turn ends early when there is one more.

    Args:
        start: runs a function in a thread.
        now: monotonic clock, in seconds.
        rest: sleeps for a number of seconds.
        is_connected: returns True while a session, given by its id, is connected.
    """

    def __init__(
        self,
        start: Callable[[Callable[[], None]], None] = _in_a_thread,
        now: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = time.sleep,
        is_connected: Callable[[str], bool] = is_connected,
    ) -> None:
        self.lock = RLock()
        self._start, self._now, self._rest, self._is_connected = start, now, rest, is_connected
        self._line: list[Job[Any]] = []
        self._is_at_work = False
        self._no_clicks, self._clicks, self.clicked = Condition(), 0, 0

    def submit(self, steps: Steps[T], session: BrowserSession, level: int = logging.INFO) -> Job[T]:
        """Queue a job for a session; a session's jobs are done in order.

        Args:
            level: level of the job's log lines.
        """
        with self.lock:
            job = Job(self, steps, session, self._now(), level)
            self._line.append(job)
            _log.log(level, "job queued", extra={"ahead": len(self._line) - 1})
            is_first, self._is_at_work = not self._is_at_work, True
        if is_first:
            self._start(self._work)
        return job

    @locked
    def __len__(self) -> int:
        return len(self._line)

    @locked
    def ahead_of(self, job: Job[Any]) -> int:
        """Return the number of jobs with a turn before a job's; 0 after its end."""
        return self._line.index(job) if job in self._line else 0

    @locked
    def stop(self) -> None:
        """Cancel all jobs."""
        for job in self._line:
            job.cancel()

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Let jobs pause while a person waits for the result of a click."""
        with self._no_clicks:
            self._clicks += 1
            self.clicked += 1
        try:
            yield
        finally:
            with self._no_clicks:
                self._clicks -= 1
                self._no_clicks.notify_all()

    def let_clicks_go_first(self) -> None:
        """Wait until no click is under way, for a moment at most."""
        with self._no_clicks:
            self._no_clicks.wait_for(lambda: not self._clicks, _CLICK_FIRST)

    def turn(self) -> bool:
        """Do the next job's turn, which ends early at a click; return False if there is no job."""
        job = self._next()
        if job is None:
            return False
        start, clicked = self._now(), self.clicked
        with acting_for(job.session):
            job.work(lambda: self.clicked > clicked or self._now() - start >= SLICE, start)
        with self.lock:
            pass_turn(self._line, job)
        return True

    def _work(self) -> None:
        try:
            while self.turn():
                self._rest(_REST)
                self.let_clicks_go_first()
        except BaseException:
            # Without its thread, no job would ever end.
            with self.lock:
                self.stop()
                self._line, self._is_at_work = [], False
            raise

    @locked
    def _next(self) -> Job[Any] | None:
        """Remove jobs that have ended, and return the job with the next turn."""
        for job in list(self._line):
            if self._is_connected(job.session.id):
                job.seen = self._now()
            if not job.done() and self._now() - job.seen <= GRACE:
                return job
            job.end(self._now())
            self._line.remove(job)
        self._is_at_work = False
        return None


@cache
def jobs() -> Jobs:
    """Return the process's queue."""
    return Jobs()


def submit(steps: Steps[T]) -> Job[T]:
    """Queue a job for the session of the running script."""
    return jobs().submit(steps, this_session())


Submit = Callable[[Steps[None]], Job[None]]
"""Type of `submit` for jobs without a result."""


def shutdown() -> None:
    """Cancel the process's jobs, and end the processes of races."""
    jobs().stop()
    for process in active_children():
        process.terminate()


def locked_steps(lock: RLock, step: Callable[[], bool]) -> Steps[None]:
    """Return steps that each hold a lock, until a step returns True.

    While another thread holds the lock for long, as to draw a frame, other jobs have their turns.
    """
    while True:
        if lock.acquire(timeout=SLICE):
            try:
                if step():
                    return
            finally:
                lock.release()
        yield None


@dataclass(eq=False, slots=True)
class _Computation(Generic[T]):
    """Steps with several waiting jobs.

    Attributes:
        last: value that the steps yielded last.
        waiting: number of waiting jobs.
        result: future of the result.
    """

    steps: Steps[T]
    last: object = None
    waiting: int = 0
    result: Future[T] = field(default_factory=Future)

    def step(self) -> object:
        """Do a step, and return its value."""
        try:
            self.last = next(self.steps)
        except StopIteration as end:
            self.result.set_result(end.value)
        except BaseException as error:  # Of any kind: raised in each job that waits.
            self.result.set_exception(error)
        return self.last


_lock = RLock()
_computations: dict[Hashable, _Computation[Any]] = {}


def shared(key: Hashable, begin: Callable[[], Steps[T]]) -> Steps[T]:
    """Compute a result in common with concurrent jobs.

    Each job does some of the steps in its turns, so that twenty tabs wait for one computation. The
    computation ends early when its last job is cancelled.

    Args:
        key: identifies the result.
        begin: returns the steps of the computation; called for the first job.
    """
    with _lock:
        if key not in _computations:
            _computations[key] = _Computation(begin())
        computation: _Computation[T] = _computations[key]
        computation.waiting += 1
    try:
        while not computation.result.done():
            yield computation.step()
    finally:
        with _lock:
            computation.waiting -= 1
            if computation.result.done() or not computation.waiting:
                computation.steps.close()
                if _computations.get(key) is computation:
                    del _computations[key]
    return computation.result.result()
