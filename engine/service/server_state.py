"""State of a server between calls: loops that stay open, rates, and answered rewards."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from threading import Lock
from time import monotonic

from engine.errors import PersonalizerError
from engine.service.call_types import Call
from engine.service.events import CLIENT_ID, RETRIED
from engine.service.limits import CallLimits, RateLimit
from engine.store import LoopLibrary
from engine.store.stored_loop import StoredLoop

MAX_KEPT = 64
"""Loops that stay open for their applications, besides those open on a page."""


class ServedLoops:
    """The loops that were called last; they stay open, and the waits of their events are ended."""

    def __init__(self) -> None:
        self._lock, self._loops = Lock(), dict[str, StoredLoop]()

    def keep(self, stored: StoredLoop) -> None:
        """Keep a loop open as the last called one."""
        with self._lock:
            self._loops.pop(stored.id, None)
            self._loops[stored.id] = stored
            if len(self._loops) > MAX_KEPT:
                del self._loops[next(iter(self._loops))]

    @property
    def loops(self) -> list[StoredLoop]:
        """The loops, the last called one last."""
        with self._lock:
            return [*self._loops.values()]

    def end_waits(self, most: int) -> int:
        """End up to ``most`` expired waits of each loop, together; return their number."""
        return sum(_end_waits(stored, most) for stored in self.loops)


def _end_waits(stored: StoredLoop, most: int) -> int:
    with suppress(PersonalizerError):  # Whoever calls the loop next is told.
        if stored.loop.has_expired:
            return stored.together(lambda: stored.expire_some(most))
    return 0


class RewardedCalls:
    """Rewards answered in the last minutes, so that a client's own retry does not count twice.

    Args:
        now: monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now, self._lock, self._known = now, Lock(), dict[tuple[str, ...], float]()

    def is_retry(self, stored: StoredLoop, call: Call) -> bool:
        """Return True if the same call, with the client's id of it, was answered before."""
        with self._lock:
            since = self._known.get(_identity(stored, call), -inf)
        return self._now() - since < RETRIED.total_seconds()

    def note(self, stored: StoredLoop, call: Call) -> None:
        """Remember an answered call."""
        with self._lock:
            self._known[_identity(stored, call)] = self._now()
            if len(self._known) > _MAX_KNOWN:
                del self._known[next(iter(self._known))]


_MAX_KNOWN = 10_000


def _identity(stored: StoredLoop, call: Call) -> tuple[str, ...]:
    return (
        stored.id,
        call.headers.get(CLIENT_ID, ""),
        call.path,
        hashlib.sha256(call.body).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class Server:
    """LoopLibrary, limits and rates of a server.

    Attributes:
        library: of the loops.
        limits: of all keys.
        rates: calls of each loop so far.
        served: the loops that were called last.
        rewarded: rewards that were answered last.
    """

    library: LoopLibrary
    limits: CallLimits
    rates: RateLimit
    served: ServedLoops = field(default_factory=ServedLoops)
    rewarded: RewardedCalls = field(default_factory=RewardedCalls)
