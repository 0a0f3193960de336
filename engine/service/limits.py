"""Limits of applications: calls a second and bytes of a body, by key."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from threading import Lock
from typing import Self

from engine.errors import check_number
from engine.store.storage_limits import numbers_from

_CODE, _PREFIX = "InvalidServiceConfiguration", "PLAYGROUND_API_"
_KEPT = 10_000
"""Largest number of buckets; beyond, full ones are forgotten."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Limits, each with an environment variable of its name: ``PLAYGROUND_API_PER_SECOND``, ...

    Attributes:
        per_second: calls of one loop a second, over some seconds.
        burst: calls of one loop at once.
        body_bytes: of a request in JSON.
        model_bytes: of an imported model.

    Raises:
        PersonalizerError: ``InvalidServiceConfiguration``.
    """

    per_second: int = 1_000
    burst: int = 2_000
    body_bytes: int = 4 << 20
    model_bytes: int = 64 << 20

    def __post_init__(self) -> None:
        for one in fields(self):
            name, value = f"{_PREFIX}{one.name.upper()}", getattr(self, one.name)
            check_number(_CODE, name, value, 1, 1 << 30, whole=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Limits from environment variables, else defaults."""
        return cls(**numbers_from(environment, cls, _PREFIX))


class RateLimit:
    """Token buckets, one per loop.

    Args:
        limits: rate and size of a bucket.
        now: monotonic clock, in seconds.
    """

    def __init__(self, limits: CallLimits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._now, self._lock = limits, now, Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def admit(self, loop: str) -> bool:
        """Take a token of a loop's bucket; return False if it is empty."""
        most, rate = float(self._limits.burst), self._limits.per_second
        with self._lock:
            now = self._now()
            tokens, since = self._buckets.get(loop, (most, now))
            tokens = min(most, tokens + (now - since) * rate)
            if len(self._buckets) >= _KEPT and loop not in self._buckets:
                self._forget(now)
            self._buckets[loop] = (tokens - (tokens >= 1), now)
            return tokens >= 1

    def _forget(self, now: float) -> None:
        most, rate = self._limits.burst, self._limits.per_second
        full = [
            loop
            for loop, (tokens, since) in self._buckets.items()
            if tokens + (now - since) * rate >= most
        ]
        for loop in full:
            del self._buckets[loop]
