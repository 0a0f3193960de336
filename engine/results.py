"""Results that can be computed again, kept for the whole process as far as there is room.

The room is counted in bytes, not in results: what is computed for a large world takes a thousand
times as much as for a small one. Where it is full, what was used longest ago goes first.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import RLock
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

ROOM = 64 << 20
"""Bytes that all results of the process may take."""
IDLE = 30.0
"""Seconds after which a result that nobody used is given back."""
_LEAST = 500
"""Bytes that a result takes at least, with its key and its place."""


class Results:
    """Results by what they were computed of.

    Args:
        room: bytes that they may take together.
        now: a clock in seconds that only goes forward.
    """

    def __init__(self, room: int = ROOM, now: Callable[[], float] = time.monotonic) -> None:
        self._room, self._now, self._lock = room, now, RLock()
        self._results: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._used: dict[Hashable, float] = {}
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """Bytes that are taken."""
        return self._bytes

    def __contains__(self, key: Hashable) -> bool:
        return key in self._results

    def get(self, key: Hashable, compute: Callable[[], T], size: Callable[[T], int]) -> T:
        """A result: the same object each time, as long as it is kept.

        Args:
            size: bytes that a result takes; one that takes more than there is room for is not kept.
        """
        hash(key)  # A world computes what it is called by from results that are kept here, too.
        with self._lock:
            if key in self._results:
                return cast(T, self._use(key))
        result = compute()
        taken = _LEAST + size(result)
        dropped = list[object]()  # They end outside the lock, whatever that brings about.
        with self._lock:
            if key in self._results:  # Another thread was faster.
                return cast(T, self._use(key))
            if taken <= self._room:
                self._results[key] = result, taken
                self._used[key] = self._now()
                self._bytes += taken
                while self._bytes > self._room:
                    dropped.append(self._drop(next(iter(self._results))))
        return result

    def _use(self, key: Hashable) -> object:
        """A result that is kept; used now."""
        self._results.move_to_end(key)
        self._used[key] = self._now()
        return self._results[key][0]

    def _drop(self, key: Hashable) -> object:
        result, taken = self._results.pop(key)
        self._bytes -= taken
        del self._used[key]
        return key, result

    def give_back(self, idle: float = IDLE) -> int:
        """Drop all that nobody used for so many seconds; how many bytes it took."""
        dropped = list[object]()
        with self._lock:
            before, since = self._bytes, self._now() - idle
            while self._results and self._used[first := next(iter(self._results))] <= since:
                dropped.append(self._drop(first))
            return before - self._bytes


RESULTS = Results()
"""Those of this process."""


def kept(size: Callable[..., int]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function returns in `RESULTS`, by its arguments, which are hashed.

    Args:
        size: bytes that a result takes, and the arguments that are kept with it: called with both.
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
