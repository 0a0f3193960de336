"""A server's beginning and end."""

import asyncio
import ctypes
import gc
import logging
import os
import platform
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import asdict
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import active_children
from threading import Timer, current_thread, main_thread
from types import FrameType
from urllib.parse import urlsplit

try:
    import resource
except ImportError:  # Only Unix counts a process's files.
    resource = None  # type: ignore[assignment]

import streamlit as st
from streamlit import config

from engine.errors import PersonalizerError
from engine.loop import checkpoints
from engine.store import Limits, address
from pages.parts.clients import Room, held_sessions
from pages.parts.heavy_work import heavy_work, shutdown
from pages.parts.library import open_loops
from pages.parts.operations.log_lines import write_lines
from pages.parts.operations.meters import Gauges, Meters
from pages.parts.operations.readiness import Readiness
from pages.parts.operations.settings import Operations
from pages.parts.turns import take_short_turns
from pages.parts.unreadable import say_unreadable

_log = logging.getLogger(__name__)

_ARENAS = -8
"""What ``mallopt`` calls M_ARENA_MAX."""
_GIVEN_BACK = 60.0
"""Seconds after which memory that nobody uses is given back, again and again."""
_RARITY = 1_000
"""Times of what that takes that lie between one time and the next at least."""
_OBJECTS = 20_000
"""More than before after which the youngest are looked at for garbage."""
GRACE = 5.0
"""Seconds in which what is under way may end when the server is told to."""


def begin(environment: Mapping[str, str]) -> Operations:
    """What the operator has set; the process ends with a sentence where that cannot be."""
    try:
        _caps(environment)
        return Operations.from_environment(environment)
    except PersonalizerError as error:
        write_lines("error")
        _log.critical("not started", extra={"code": error.code, "reason": error.message})
        sys.exit(2)


def _sessions() -> float:
    """Browser sessions that are connected now."""
    family = "active_sessions"
    (stat,) = st.runtime.get_instance().stats_mgr.get_stats([family])[family]
    return float(getattr(stat, "value", 0))


GAUGES: Gauges = {
    "playground_sessions": ("Browser sessions that are connected.", _sessions),
    "playground_sessions_held": ("Browser sessions in memory, ended ones too.", held_sessions),
    "playground_heavy_work": ("Jobs that run or wait.", lambda: len(heavy_work())),
    "playground_race_processes": ("Processes of races.", lambda: len(active_children())),
    "playground_loops_open": ("Loops that this process has open.", open_loops),
    "playground_checkpoint_bytes": ("What places to look back from take.", checkpoints.in_memory),
}


def note_failure(error: Exception) -> bool:
    """A page ended with an exception, which Streamlit logs; whether it need not be shown.

    It need not where a browser sent what cannot be read: a sentence stands there instead.
    """
    if say_unreadable():
        _log.warning("unreadable input refused", extra={"code": type(error).__name__})
        return True
    _log.error("page failed", extra={"code": type(error).__name__})
    return False


def life(
    operations: Operations, readiness: Readiness, meters: Meters
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """What is done before the first visitor, and after the last."""

    write = partial(write_lines, operations.log_level, meters)

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        # Whenever its configuration file changes, Streamlit has its loggers write text again.
        config.on_config_parsed(write, force_connect=True)
        write()
        end_in_time()
        _log.info("started", extra=_facts(os.environ))
        trouble = await readiness.trouble()
        if trouble:
            _log.error("not ready", extra={"reason": trouble})
        else:
            _log.info("ready")
        collect_seldom()
        take_short_turns()
        keep_memory_together()
        allow_files()
        giving = asyncio.create_task(give_memory_back())
        yield
        giving.cancel()
        shutdown()
        _log.info("ended")

    return lifespan


def collect_seldom() -> None:
    """Look for garbage in cycles seldom, and never among what was there before the first visitor.

    As Python has it, 700 objects more than before are reason enough: what a script run needs only
    for a moment is looked at again and again, and all that is loaded with it, which took a tenth
    of a click, and stopped everybody for 0.1 s each time. Most garbage is in no cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def keep_memory_together() -> None:
    """Let all threads take memory from the same two places, where the system's library is glibc.

    By itself it gives each of the first threads a place of its own, up to eight for a processor.
    A thread is made for each run of a script, and what it leaves behind lies in pieces there: after
    400 sessions the server held 316 MiB, not 286, for the same objects.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 2)


def allow_files() -> None:
    """Have as many files open as the system lets this process have.

    Many systems begin with 1,024. A session has four, three of which it keeps for the two minutes
    that Streamlit waits for it to come back: so some 200 could be there, of the 500 that may.
    """
    if resource is None:
        return
    with suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def give_memory_back(every: float = _GIVEN_BACK) -> None:
    """Let go of what nobody can reach, and the system have what is free, again and again.

    What a session leaves is in cycles, since Streamlit makes a class for each component that it
    draws, and old enough by then to be looked at once in an hour: 1 MiB a minute had come together
    after twenty minutes of all that people do. And glibc gives back what is free at the end of a
    place only: beyond it always lies something that is still needed, and 30 MiB were free in
    pieces. Everybody waits meanwhile, so it is a thousandth of the time at most.
    """
    wait = every
    while True:
        await asyncio.sleep(wait)
        wait = max(every, _RARITY * await asyncio.to_thread(_tidy_up))


def _tidy_up() -> float:
    """Collect all garbage, and give back what is free; how many seconds it took."""
    start = time.thread_time()
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    return time.thread_time() - start


def end_in_time() -> None:
    """Let SIGTERM end the process even if an upload stands still, for which uvicorn would wait.

    Nothing is lost by it: what counts is committed.
    """
    end = signal.getsignal(signal.SIGTERM)
    if current_thread() is not main_thread() or not callable(end):
        return

    def cut_off() -> None:
        _log.warning("cut off", extra={"seconds": GRACE})
        os._exit(128 + signal.SIGTERM)

    def on_sigterm(number: int, frame: FrameType | None) -> None:
        limit = Timer(GRACE, cut_off)
        limit.daemon = True
        limit.start()
        end(number, frame)

    signal.signal(signal.SIGTERM, on_sigterm)


def _facts(environment: Mapping[str, str]) -> dict[str, object]:
    """What a server is: nothing of where its database is but the kind."""
    return {
        "version": _version(),
        "python": platform.python_version(),
        "streamlit": st.__version__,
        "database": urlsplit(address(environment)).scheme.partition("+")[0],
        "limits": _caps(environment),
    }


def _caps(environment: Mapping[str, str]) -> dict[str, object]:
    limits, room = Limits.from_environment(environment), Room.from_environment(environment)
    return asdict(limits) | asdict(room)


def _version() -> str:
    try:
        return version("personalizer-playground")
    except PackageNotFoundError:
        return "not installed"
