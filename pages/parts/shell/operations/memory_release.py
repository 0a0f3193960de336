"""Return of unused memory to the operating system."""

import asyncio
import ctypes
import gc
import math
import time
from collections.abc import Callable
from contextlib import suppress

from engine.result_cache import RESULTS

_GIVEN_BACK = 60.0
"""Seconds between regular returns of memory."""
_LOOKED = 5.0
"""Seconds between checks for disconnected sessions."""
_LEFT = 12.0
"""Disconnected sessions (about 7 MiB) that trigger an immediate return."""
_DROPPED = 7 << 20
"""Bytes of dropped results that trigger an immediate return."""
_RARITY = 1_000
"""Least pause after a return, in multiples of its duration."""
_OBJECTS = 20_000
"""New objects after which the garbage collector examines the youngest."""


def collect_seldom() -> None:
    """Examine objects for reference cycles after 20,000 new ones, instead of Python's 700.

    With 100 people and 53 clicks a second, a click takes 11.8 instead of 13.4 ms of the processor,
    and 95 % of clicks are answered within 59 instead of 202 ms (`tests/benchmarks/sessions.py`).
    """
    gc.set_threshold(_OBJECTS)


async def give_memory_back(
    left: Callable[[], float],
    every: float = _GIVEN_BACK,
    idle: Callable[[], int] = RESULTS.give_back,
) -> None:
    """Collect garbage and return free memory to the system, periodically.

    Sessions leave reference cycles, as Streamlit makes a class for each component it draws. The
    regular collector reaches old cycles about once an hour; after twenty minutes of typical use,
    garbage had grown by 1 MiB a minute. And glibc returns free memory only from the end of a heap;
    30 MiB were free in fragments. All threads wait meanwhile, so at most a thousandth of the time
    is spent, but sooner when many sessions leave: the server would grow by their memory and never
    shrink.

    Args:
        left: returns the number of sessions in memory without a browser.
        every: least seconds between two returns while few sessions leave.
        idle: drops unneeded results; returns their bytes.
    """
    look = min(every, _LOOKED)
    rest, before, dropped = every, math.inf, 0
    while True:
        await asyncio.sleep(look)
        rest -= look
        now = left()
        before = min(before, now)
        dropped += await asyncio.to_thread(idle)
        if rest <= 0 or now >= before + _LEFT or dropped >= _DROPPED:
            rest = max(every, _RARITY * await asyncio.to_thread(_tidy_up))
            before, dropped = now, 0


def _tidy_up() -> float:
    """Collect garbage and return free memory to the system; return the seconds spent."""
    start = time.thread_time()
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    return time.thread_time() - start
