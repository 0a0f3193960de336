"""Work in steps: generators with pauses, between which further work can run."""

from collections.abc import Callable, Generator
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Steps = Generator[object, None, T]
"""Work that may pause at each yield, and returns a result."""

WAITS = object()
"""Yielded by work that must wait for other work, which its runner should do next."""


def finish(steps: Steps[T]) -> T:
    """Run the steps and return the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def at_once(work: Callable[P, Steps[T]]) -> Callable[P, T]:
    """Turn work in steps into a plain function."""

    @wraps(work)
    def do(*args: P.args, **kwargs: P.kwargs) -> T:
        return finish(work(*args, **kwargs))

    return do


def telling(steps: Steps[T], tell: Callable[[float], object]) -> Steps[T]:
    """Pass steps through; each yielded float, the share done, is sent to ``tell``.

    Closing this generator does not close the steps, so that another caller may continue them.
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
