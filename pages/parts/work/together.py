"""Work that several ask for at once: it is done once, a step by whoever has a turn.

So 20 tabs that ask the same wait for one computation, not for 20, each of them paying for the
steps that it does. It ends before its time when nobody waits for it any more.
"""

from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock, RLock
from typing import Generic, TypeVar

from engine.loop.lock import locked
from engine.steps import WAITS, Steps

T = TypeVar("T")


class _Work(Generic[T]):
    """Work that is under way.

    Attributes:
        waiting: how many wait for it.
        done: what comes of it.
    """

    def __init__(self, steps: Steps[T]) -> None:
        self._steps, self._turn = steps, Lock()
        self._told: object = None
        self.waiting, self.done = 0, Future[T]()

    def step(self) -> object:
        """Do a step; what it yields, or `WAITS` while another thread does one."""
        if not self._turn.acquire(blocking=False):
            return WAITS
        try:
            self._told = next(self._steps)
        except StopIteration as end:
            self.done.set_result(end.value)
        except Exception as error:  # Whoever waits for it is to know.
            self.done.set_exception(error)
        finally:
            self._turn.release()
        return self._told

    def close(self) -> None:
        """Do no more of it."""
        self._steps.close()


class Together(Generic[T]):
    """Works under way, by what they are of, and what came of the last.

    Args:
        keeps: for how many it is kept what came of them.
    """

    def __init__(self, keeps: int = 0) -> None:
        self.lock = RLock()
        self._under_way: dict[Hashable, _Work[T]] = {}
        self._kept: deque[tuple[Hashable, _Work[T]]] = deque(maxlen=keeps)

    def joining(self, key: Hashable, begin: Callable[[], Steps[T]]) -> Steps[T]:
        """What comes of some work, with all others who wait for it.

        Args:
            key: of what the work is; equal ones are the same work.
            begin: called by the first.
        """
        with self.lock:
            known = next((found for other, found in self._kept if other == key), None)
            work = known or self._under_way.get(key)
            if work is None:
                work = self._under_way[key] = _Work(begin())
            work.waiting += 1
        try:
            while not work.done.done():
                yield work.step()
        finally:
            self._leave(key, work)
        return work.done.result()

    @locked
    def _leave(self, key: Hashable, work: _Work[T]) -> None:
        """One waits no longer; a work that is over, or that nobody waits for, is not under way."""
        work.waiting -= 1
        is_over = work.done.done()
        if not is_over and work.waiting:
            return
        work.close()
        if self._under_way.get(key) is work:
            del self._under_way[key]
            if is_over and work.done.exception() is None:
                self._kept.append((key, work))
