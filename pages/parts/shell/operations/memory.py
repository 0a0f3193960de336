"""Memory of a server: when it is given back to the system."""

import asyncio
import ctypes
import gc
import math
import time
from collections.abc import Callable
from contextlib import suppress

from engine.result_cache import RESULTS

_GIVEN_BACK = 60.0
"""Seconds after which memory that nobody uses is given back, again and again."""
_LOOKED = 5.0
"""Seconds after which it is looked how many have left since."""
_LEFT = 12.0
"""Sessions that have left after which memory is given back at once: 7 MiB of them."""
_DROPPED = 7 << 20
"""Bytes of dropped results after which it is given back at once, too."""
_RARITY = 1_000
"""Times of what that takes that lie between one time and the next at least."""


async def give_memory_back(
    left: Callable[[], float],
    every: float = _GIVEN_BACK,
    idle: Callable[[], int] = RESULTS.give_back,
) -> None:
    """Let go of what nobody can reach, and the system have what is free, again and again.

    What a session leaves is in cycles, since Streamlit makes a class for each component that it
    draws, and old enough by then to be looked at once in an hour: 1 MiB a minute had come together
    after twenty minutes of all that people do. And glibc gives back what is free at the end of a
    place only: beyond it always lies something that is still needed, and 30 MiB were free in
    pieces. Everybody waits meanwhile, so it is a thousandth of the time at most; but sooner where
    many leave: what lies there until then is what the server grows by, and does not shrink again.

    Args:
        left: how many sessions are in memory whose browser is gone.
        every: seconds between one time and the next at least, where few leave.
        idle: drops results that nobody needs any more; how many bytes they took.
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
    """Collect all garbage, and give back what is free; how many seconds it took."""
    start = time.thread_time()
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    return time.thread_time() - start
