"""Work in steps, so that whoever does it may do something else between two of them."""

from collections.abc import Callable, Generator
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Steps = Generator[object, None, T]
"""Work that may be interrupted wherever it yields; what it returns is what comes of it."""

WAITS = object()
"""Yielded by work that can only go on once somebody else has: whoever does both goes to that."""


def finish(steps: Steps[T]) -> T:
    """Do all steps; what comes of them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def at_once(work: Callable[P, Steps[T]]) -> Callable[P, T]:
    """The same work, done in one go."""

    @wraps(work)
    def do(*args: P.args, **kwargs: P.kwargs) -> T:
        return finish(work(*args, **kwargs))

    return do


def telling(steps: Steps[T], tell: Callable[[float], object]) -> Steps[T]:
    """The same steps; where one yields what share is done, that is told.

    Whoever ends it does not end the steps: somebody may go on with them.
    """
    while True:
        try:
            said = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(said, float):
            tell(said)
        yield said
