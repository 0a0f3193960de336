"""Cache of the latest comparisons in this process, shared by all sessions."""

from collections import deque
from functools import cache
from threading import RLock

from engine.experiments.apprentice_comparison import Comparison
from engine.loop.lock import locked
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import CompareSetup

_MAX_ENTRIES = 10
"""Most comparisons in the cache; a full one takes some 20 MiB."""
_LOCK_TIMEOUT = 1.0
"""Seconds to wait for the lock of a cached comparison."""


def history_of(comparison: Comparison) -> History:
    """Return the history of a comparison."""
    return History(len(comparison), tuple(visitors for visitors, _ in comparison.switches))


class ComparisonCache:
    """Latest comparisons with their setups and the locks of the sessions that extend them."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._entries: deque[tuple[RLock, CompareSetup, Comparison]] = deque(maxlen=_MAX_ENTRIES)

    @locked
    def keep(self, lock: RLock, essence: CompareSetup, comparison: Comparison) -> None:
        """Add a comparison; the oldest is dropped if the cache is full."""
        self._entries.append((lock, essence, comparison))

    def find(self, essence: CompareSetup, story: History) -> Comparison | None:
        """Return a copy of a comparison with this setup and history, or None."""
        with self.lock:
            entries = list(self._entries)
        for lock, setup, comparison in entries:
            if (setup, history_of(comparison)) == (essence, story) and lock.acquire(
                timeout=_LOCK_TIMEOUT
            ):
                try:
                    if history_of(comparison) == story:
                        return comparison.copy()
                finally:
                    lock.release()
        return None


@cache
def comparison_cache() -> ComparisonCache:
    """Return the cache of this process."""
    return ComparisonCache()
