"""A line of writers: whoever comes first is served first.

SQLite lets one write at a time, and whoever finds it busy looks again after a while, the longer
they have waited the more seldom. So among many threads of one process one can starve while others
go past. Here each waits behind those who came before, without looking, and without a connection.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic


class Line:
    """Lets one thread after the other on, in the order in which they come.

    A thread that has its turn and comes once more waits in vain, as it would for SQLite.

    Attributes:
        patience: seconds from coming after which a thread that waits has waited in vain.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._lock, self._is_taken = Lock(), False
        self._waiting: deque[Lock] = deque()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Be the only one, as soon as all who came before have been; the patience that is left.

        Raises:
            TimeoutError: if that takes too long.
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
        """Wait no more; who was called in this very moment lets the next on."""
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._go()

    def _go(self) -> None:
        """Let the next on."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
