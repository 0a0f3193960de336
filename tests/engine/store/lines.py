"""Threads that wait in a queue."""

from collections.abc import Callable, Sequence
from threading import Event, Thread

from engine.store.fair_write_lock import WriteQueue

MANY, SOON = 60, 60.0
"""Number of threads, and timeout in seconds for any machine."""


def come(line: WriteQueue, work: Callable[[int], None], many: int = MANY) -> list[Thread]:
    """Start threads in order: each is waiting before the next one starts."""
    threads = [Thread(target=work, args=(number,), daemon=True) for number in range(many)]
    for there, thread in enumerate(threads, start=len(line) + 1):
        thread.start()
        _until_there_wait(line, there)
    return threads


def _until_there_wait(line: WriteQueue, many: int) -> None:
    for _ in range(round(SOON / 0.001)):
        if len(line) == many:
            return
        Event().wait(0.001)
    raise AssertionError(f"{len(line)} wait, and not {many}")


def join(threads: Sequence[Thread]) -> None:
    """Return once all threads have ended."""
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive()
