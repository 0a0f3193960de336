"""The last comparisons of this process, for whoever asks for just what happened in one."""

from collections import deque
from functools import cache
from threading import RLock

from engine.experiments.comparison import Comparison
from engine.loop.lock import locked
from pages.parts.compare.history import History
from pages.parts.compare.setup import CompareSetup

_KEPT = 10
"""Comparisons that are kept; one that all visitors have met takes some 20 MiB."""
_PATIENCE = 1.0
"""Seconds that one waits for whoever is at work on a comparison."""


def history_of(comparison: Comparison) -> History:
    """What has happened there."""
    return History(len(comparison), tuple(visitors for visitors, _ in comparison.switches))


class Stories:
    """The last comparisons, each with what it depends on and the lock of who goes on with it."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._kept: deque[tuple[RLock, CompareSetup, Comparison]] = deque(maxlen=_KEPT)

    @locked
    def keep(self, lock: RLock, essence: CompareSetup, comparison: Comparison) -> None:
        """Keep a comparison, in place of the oldest."""
        self._kept.append((lock, essence, comparison))

    def find(self, essence: CompareSetup, story: History) -> Comparison | None:
        """A copy of one in which just that has happened, if there is any."""
        with self.lock:
            kept = list(self._kept)
        for lock, known, comparison in kept:
            if (known, history_of(comparison)) == (essence, story) and lock.acquire(
                timeout=_PATIENCE
            ):
                try:
                    if history_of(comparison) == story:
                        return comparison.copy()
                finally:
                    lock.release()
        return None


@cache
def stories() -> Stories:
    """Those of this process."""
    return Stories()
