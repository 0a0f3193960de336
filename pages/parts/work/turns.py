"""How long a thread has Python's interpreter until another may have it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SHORT = 0.001
"""Seconds, as a server has it; by itself Python has 5 ms."""
LONG = 0.02
"""Seconds that what a click makes may be drawn for."""


def take_short_turns() -> None:
    """Let the next thread on soon.

    A click goes from thread to thread several times, and each time waits for a turn of whatever
    else goes on: heavy work, a frame, messages to others.
    """
    sys.setswitchinterval(SHORT)


_LOCK = Lock()
_HELD: list[float] = []
"""The turns that each thread with a long one had found."""


@contextmanager
def long_turn() -> Iterator[None]:
    """Go on for longer: what a click makes is sent when it is all there, and on a busy machine each
    change to the thread that sends, and back, waits for a processor.

    Not while the database is written to: whoever holds it would wait for others' long turns.
    """
    with _LOCK:
        _HELD.append(_HELD[-1] if _HELD else sys.getswitchinterval())
        sys.setswitchinterval(LONG)
    try:
        yield
    finally:
        with _LOCK:
            before = _HELD.pop()
            if not _HELD:
                sys.setswitchinterval(before)
