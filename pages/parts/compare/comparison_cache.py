"""Cache of the latest comparisons in this process, shared by all sessions."""

from collections import deque
from functools import cache
from threading import RLock
from weakref import WeakSet

from engine.experiments.apprentice_comparison import Comparison
from engine.loop.lock import locked
from pages.parts.compare.history_in_link import History
from pages.parts.compare.page_settings import CompareSetup

_MAX_ENTRIES, _MAX_VISITORS = 10, 50_000
"""Most comparisons in the cache, and most of their visitors, who take some 5 KiB each."""
_MAX_COPIED = 10_000
"""Visitors of the longest comparison that is copied; a copy takes some 0.2 ms a visitor."""
ALWAYS, TOGETHER = 5_000, 200_000
"""Visitors of a comparison that always has room, and of all in this process, together 1 GiB."""
_LOCK_TIMEOUT = 1.0
"""Seconds to wait for the lock of a cached comparison."""


def history_of(comparison: Comparison) -> History:
    """Return the history of a comparison."""
    return History(len(comparison), tuple(visitors for visitors, _ in comparison.switches))


class ComparisonCache:
    """Latest comparisons with their setups and the locks of the sessions that extend them; and the
    room for further visitors."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._in_use = WeakSet[Comparison]()
        self._entries: deque[tuple[RLock, CompareSetup, Comparison]] = deque(maxlen=_MAX_ENTRIES)

    @locked
    def keep(self, lock: RLock, essence: CompareSetup, comparison: Comparison) -> None:
        """Add a comparison; the oldest are dropped if the cache is full."""
        self._in_use.add(comparison)
        self._entries.append((lock, essence, comparison))
        while sum(len(kept) for _, _, kept in self._entries) > _MAX_VISITORS:
            self._entries.popleft()

    @locked
    def room(self, comparison: Comparison) -> int:
        """Visitors for whom the process has room in a comparison."""
        free = TOGETHER - sum(map(len, self._in_use))
        return max(ALWAYS - len(comparison), free, 0)

    def find(self, essence: CompareSetup, story: History) -> Comparison | None:
        """Return a copy of a comparison with this setup and history, or None."""
        with self.lock:
            entries = list(self._entries)
        for lock, setup, comparison in entries:
            is_wanted = (setup, history_of(comparison)) == (essence, story)
            is_short = len(comparison) <= _MAX_COPIED
            if is_wanted and is_short and lock.acquire(timeout=_LOCK_TIMEOUT):
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
