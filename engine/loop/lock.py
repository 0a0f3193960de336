"""One thread at a time, for what several share."""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Shared(Protocol):
    """What several threads may call: whoever holds its lock has it alone."""

    @property
    def lock(self) -> RLock:
        """The lock; who holds it may take it again."""


S = TypeVar("S", bound=Shared)
T = TypeVar("T")
P = ParamSpec("P")


def locked(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Hold the object's lock from a method's beginning to its end."""

    @wraps(method)
    def call(shared: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with shared.lock:
            return method(shared, *args, **kwargs)

    return call
