"""A cache of computed results for the whole process, bounded in bytes.

Bytes are counted, not results, because a result for a large world takes a thousand times as much
as for a small one. The least recently used result is dropped first.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from threading import RLock
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

ROOM = 64 << 20
"""Capacity of the cache of the process, in bytes."""
IDLE = 30.0
"""Seconds without use after which a result is dropped."""
_LEAST = 500
"""Bytes counted for the key and the entry of each result."""


@dataclass(slots=True)
class _Result:
    """A cached value, its bytes, and the time of its last use."""

    value: object
    bytes: int
    used: float


class ResultCache:
    """A least-recently-used cache of results by their keys. Safe for several threads.

    Args:
        room: capacity in bytes.
        now: monotonic clock, in seconds.
    """

    def __init__(self, room: int = ROOM, now: Callable[[], float] = time.monotonic) -> None:
        self._room, self._now, self._lock = room, now, RLock()
        self._results: OrderedDict[Hashable, _Result] = OrderedDict()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Bytes in use."""
        return self._bytes

    def __contains__(self, key: Hashable) -> bool:
        return key in self._results

    def get(self, key: Hashable, compute: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return the cached result of a key, or compute and cache it.

        Args:
            size: bytes of a result. A result larger than the capacity is returned, not cached.
        """
        hash(key)  # Before the lock: the hash of a world is computed from cached results itself.
        with self._lock:
            if (known := self._results.get(key)) is not None:
                return cast(T, self._use(key, known))
        result = compute()
        taken = _LEAST + size(result)
        dropped = list[object]()  # Freed outside the lock: destructors may run any code.
        with self._lock:
            if (known := self._results.get(key)) is not None:  # Another thread was faster.
                return cast(T, self._use(key, known))
            if taken <= self._room:
                self._results[key] = _Result(result, taken, self._now())
                self._bytes += taken
                while self._bytes > self._room:
                    dropped.append(self._drop())
        return result

    def _use(self, key: Hashable, known: "_Result") -> object:
        """Return a cached result and mark it as used now."""
        self._results.move_to_end(key)
        known.used = self._now()
        return known.value

    def _drop(self) -> object:
        """Drop the least recently used result, without a hash of its key."""
        key, result = self._results.popitem(last=False)
        self._bytes -= result.bytes
        return key, result

    def give_back(self, idle: float = IDLE) -> int:
        """Drop results unused for ``idle`` seconds; return the bytes freed."""
        dropped = list[object]()
        with self._lock:
            before, since = self._bytes, self._now() - idle
            while self._results and next(iter(self._results.values())).used <= since:
                dropped.append(self._drop())
            return before - self._bytes


RESULTS = ResultCache()
"""The cache of this process."""


def cached(size: Callable[..., int]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function to cache results in `RESULTS` by hashable arguments.

    Args:
        size: bytes of a result and its arguments; called with the result, then the arguments.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (function, args, *kwargs.items())
            return RESULTS.get(
                key, lambda: function(*args, **kwargs), lambda result: size(result, *args)
            )

        return remembered

    return decorate
