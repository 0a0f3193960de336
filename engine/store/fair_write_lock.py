"""A queue of writing threads, first come, first served.

SQLite allows one writer at a time. A thread that finds the database busy retries at growing
intervals, so among many threads of one process some can starve. In this queue threads wait in order
of arrival, without polling and without holding a connection.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic


class WriteQueue:
    """A fair lock with a timeout. It is not reentrant: a thread that queues again while holding the
    turn times out, as it would in SQLite.

    Attributes:
        patience: seconds from arrival to the timeout.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._lock, self._is_taken = Lock(), False
        self._waiting: deque[Lock] = deque()

    def __len__(self) -> int:
        """Number of waiting threads."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Context manager that holds the turn; yields the seconds of patience left.

        Raises:
            TimeoutError: if the turn does not come within `patience`.
        """
        left = self._come()
        try:
            yield left
        finally:
            self._go()

    def _come(self) -> float:
        until = monotonic() + self.patience
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return self.patience
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            is_called = mine.acquire(timeout=self.patience)
        except BaseException:
            self._leave(mine)
            raise
        if not is_called:
            self._leave(mine)
            raise TimeoutError("others had their turns for too long")
        return max(until - monotonic(), 0.0)

    def _leave(self, mine: Lock) -> None:
        """Leave the queue; pass the turn on if it was granted at this moment."""
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._go()

    def _go(self) -> None:
        """Pass the turn to the next thread."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
