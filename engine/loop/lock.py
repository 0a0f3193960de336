"""Mutual exclusion for shared objects."""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Shared(Protocol):
    """An object shared by threads, with a lock."""

    @property
    def lock(self) -> RLock:
        """The lock; reentrant."""


S = TypeVar("S", bound=Shared)
T = TypeVar("T")
P = ParamSpec("P")


def locked(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Decorate a method to hold the object's lock."""

    @wraps(method)
    def call(shared: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with shared.lock:
            return method(shared, *args, **kwargs)

    return call
