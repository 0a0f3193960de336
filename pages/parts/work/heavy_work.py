"""Work that takes longer than a click: crowds, stories, imports.

It is done beside the script threads, in one thread for all browser sessions, a slice of time
after the other. So no session waits for another's work, and all of them together take no more
of the processor than one thread does.
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing import active_children
from threading import Condition, RLock, Thread, get_ident
from typing import Any, TypeVar

from engine.loop.lock import locked
from engine.steps import WAITS, Steps
from pages.parts.work.clients import Client, is_there, serving, this_client
from pages.parts.work.fair_share import FairShare

T = TypeVar("T")

_log = logging.getLogger(__name__)

SLICE = 0.05
"""Seconds after which it is somebody else's turn."""
_REST = 0.002
"""Seconds between two slices, for whoever waits for a lock that the work holds."""
_GIVES_WAY = 0.1
"""Seconds after a slice in which clicks go first."""
GRACE = 10.0
"""Seconds that work goes on without its session, whose connection may come back."""

Job = Steps[T]
"""Work that stands in line."""


class Ticket(Future[T]):
    """A job that waits for its turns: a future, which can be cancelled until it is done."""

    def __init__(self, line: "HeavyWork", job: Job[T], now: float, level: int) -> None:
        super().__init__()
        self._line, self._job, self.level = line, job, level
        self.since = self.seen = now
        self.has_begun = False

    @property
    def place(self) -> int:
        """How many others are ahead of it; 0 once it has begun."""
        return 0 if self.has_begun or self.done() else self._line.ahead_of(self)

    @property
    def others(self) -> int:
        """How many others share the time with it."""
        return 0 if self.done() else len(self._line) - 1

    def work(self, is_over: Callable[[], bool]) -> bool:
        """Do a slice of it, at least one step; whether it waits for what others do."""
        self.has_begun = True
        try:
            while not self.cancelled():
                if next(self._job) is WAITS:
                    return True
                if is_over():
                    break
        except StopIteration as end:
            with suppress(InvalidStateError):  # It was cancelled at its last step.
                self.set_result(end.value)
        except BaseException as error:  # Whatever it is: the thread is everybody's.
            with suppress(InvalidStateError):
                self.set_exception(error)
        return False

    def end(self, now: float) -> None:
        """Do no more of it. What fails in cleaning up harms nobody else."""
        self.cancel()
        error = None if self.cancelled() else self.exception()
        code = "cancelled" if self.cancelled() else type(error).__name__ if error else ""
        try:
            self._job.close()
        except Exception as failed:
            code = type(failed).__name__
        _log.log(self.level, "heavy work ended", extra={"code": code, "seconds": now - self.since})


def steps(lock: RLock, step: Callable[[], bool]) -> Job[None]:
    """A job out of steps, each done while holding a lock, until one says that it was the last.

    While somebody else holds the lock, a frame that is being drawn for one, others have their turn.
    """
    while True:
        if lock.acquire(timeout=SLICE):
            try:
                if step():
                    return
            finally:
                lock.release()
        yield None


def _in_a_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="heavy-work", daemon=True).start()


class HeavyWork:
    """The line of all jobs of this process, and the one thread that does them.

    Attributes:
        clicked: how often somebody has clicked: whoever works meanwhile leaves off.

    Args:
        start: begins to do what it is given, elsewhere or here.
        now: a clock in seconds that only goes forward.
        rest: lets others on for so many seconds.
        is_there: whether a session is still there; its work ends soon after it.
    """

    def __init__(
        self,
        start: Callable[[Callable[[], None]], None] = _in_a_thread,
        now: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = time.sleep,
        is_there: Callable[[str], bool] = is_there,
    ) -> None:
        self.lock = RLock()
        self._start, self._now, self._rest, self._is_there = start, now, rest, is_there
        self._line: FairShare[Ticket[Any]] = FairShare()
        self._is_at_work = False
        self._calm, self._clicks, self.clicked = Condition(), list[int](), 0

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Let the work rest a moment while a person waits for what this thread does."""
        with self._calm:
            self._clicks.append(get_ident())
            self.clicked += 1
        try:
            yield
        finally:
            with self._calm:
                self._clicks.remove(get_ident())
                self._calm.notify_all()

    @property
    def is_waited_for(self) -> bool:
        """Whether a person waits for what this thread does."""
        return get_ident() in self._clicks

    def let_clicks_go_first(self) -> None:
        """Wait for them, for a moment at most."""
        with self._calm:
            self._calm.wait_for(lambda: not self._clicks, _GIVES_WAY)

    def submit(
        self, job: Job[T], *, session: str, address: str, level: int = logging.INFO
    ) -> Ticket[T]:
        """Stand in line with a job. Jobs of one session are done one after the other.

        Args:
            level: of its log lines.
        """
        with self.lock:
            ticket = Ticket(self, job, self._now(), level)
            self._line.join(ticket, Client(session, address))
            _log.log(level, "heavy work queued", extra={"ahead": len(self._line) - 1})
            is_first, self._is_at_work = not self._is_at_work, True
        if is_first:
            self._start(self._work)
        return ticket

    @locked
    def __len__(self) -> int:
        return len(self._line)

    @locked
    def ahead_of(self, ticket: Ticket[Any]) -> int:
        """How many others have their turn before it; 0 once it is over, which may be any moment."""
        line = list(self._line)
        return line.index(ticket) if ticket in line else 0

    @locked
    def stop(self) -> None:
        """Cancel all jobs."""
        for ticket in self._line:
            ticket.cancel()

    def turn(self) -> bool:
        """Do a slice of whose turn it is, less if a click comes; False if nobody is in line."""
        ticket = self._next()
        if ticket is None:
            return False
        start, clicked = self._now(), self.clicked
        if not ticket.has_begun:
            _log.log(ticket.level, "heavy work begun", extra={"seconds": start - ticket.since})
        with serving(self._line.client(ticket)):
            waits = ticket.work(lambda: self.clicked > clicked or self._now() - start >= SLICE)
        with self.lock:
            # Who waits has had a turn, too: else it would always be theirs.
            self._line.charge(ticket, SLICE if waits else self._now() - start)
        return True

    def _work(self) -> None:
        try:
            while self.turn():
                self._rest(_REST)
                self.let_clicks_go_first()
        except BaseException:
            # Nobody would have a turn any more, and who waits for one would do so for ever.
            with self.lock:
                self.stop()
                self._line, self._is_at_work = FairShare(), False
            raise

    @locked
    def _next(self) -> Ticket[Any] | None:
        """Whose turn it is; None, and the thread ends, if nobody is in line."""
        for ticket in self._line:
            if self._is_there(self._line.client(ticket).session):
                ticket.seen = self._now()
            if ticket.done() or self._now() - ticket.seen > GRACE:
                ticket.end(self._now())
                self._line.leave(ticket)
            else:
                return ticket
        self._is_at_work = False
        return None


@cache
def heavy_work() -> HeavyWork:
    """The line of this process."""
    return HeavyWork()


def submit_here(job: Job[T]) -> Ticket[T]:
    """Stand in line for the session that this script runs for."""
    client = this_client()
    return heavy_work().submit(job, session=client.session, address=client.address)


def shutdown() -> None:
    """End what still computes for this process: its jobs, and the processes of races."""
    heavy_work().stop()
    for process in active_children():
        process.terminate()
