"""Start and end of the server."""

import asyncio
import logging
import os
import platform
import signal
import sys
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
from engine.service.limits import CallLimits
from engine.store import Limits, address
from pages.parts.settings.bad_widget_state import say_unreadable
from pages.parts.settings.loop_library_access import open_loops
from pages.parts.shell.operations.environment_settings import Operations
from pages.parts.shell.operations.memory_release import collect_seldom, give_memory_back
from pages.parts.shell.operations.prometheus_counters import Gauges, Meters
from pages.parts.shell.operations.readiness import Readiness
from pages.parts.work.job_queue import jobs, shutdown
from pages.parts.work.server_logging import REFUSED, log_as_json
from pages.parts.work.session_limit import SessionLimit, sessions_in_memory

_log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds for requests under way to finish after SIGTERM."""


def begin(environment: Mapping[str, str]) -> tuple[Operations, CallLimits]:
    """Read the operator's settings and the limits of applications; log the error and exit with
    code 2 if they are invalid."""
    try:
        _caps(environment)
        return Operations.from_environment(environment), CallLimits.from_environment(environment)
    except PersonalizerError as error:
        log_as_json("error")
        _log.critical("not started", extra={"code": error.code, "reason": error.message})
        sys.exit(2)


def _sessions() -> float:
    """Return the number of connected browser sessions."""
    family = "active_sessions"
    (stat,) = st.runtime.get_instance().stats_mgr.get_stats([family])[family]
    return float(getattr(stat, "value", 0))


GAUGES: Gauges = {
    "playground_sessions": ("Browser sessions that are connected.", _sessions),
    "playground_sessions_held": ("Browser sessions in memory, ended ones too.", sessions_in_memory),
    "playground_jobs": ("Jobs that run or wait.", lambda: len(jobs())),
    "playground_race_processes": ("Processes of races.", lambda: len(active_children())),
    "playground_loops_open": ("Loops that this process has open.", open_loops),
    "playground_checkpoint_bytes": ("What places to look back from take.", checkpoints.in_memory),
}


def sessions_left() -> float:
    """Return the number of disconnected browser sessions in memory."""
    return sessions_in_memory() - _sessions()


def note_failure(error: Exception) -> bool:
    """Log a page's exception; return True if a sentence replaced its display.

    The sentence replaces exceptions about unreadable widget values from the browser.
    """
    if say_unreadable():
        _log.warning(REFUSED, extra={"code": type(error).__name__})
        return True
    _log.error("page failed", extra={"code": type(error).__name__})
    return False


def life(
    operations: Operations, readiness: Readiness, meters: Meters
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Return the lifespan: work before the first request and after the last."""

    write = partial(log_as_json, operations.log_level, meters)

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        # Streamlit resets its loggers' format when its configuration file changes.
        config.on_config_parsed(write, force_connect=True)
        write()
        end_in_time()
        _log.info("started", extra=_facts(os.environ))
        trouble = await readiness.trouble()
        if trouble:
            _log.error("not ready", extra={"reason": trouble})
        else:
            _log.info("ready")
        allow_files()
        collect_seldom()
        giving = asyncio.create_task(give_memory_back(sessions_left))
        yield
        giving.cancel()
        shutdown()
        _log.info("ended")

    return lifespan


def allow_files() -> None:
    """Raise the limit of open files to the hard limit.

    Many systems begin with 1,024 files. A session uses four, and keeps three for the two minutes
    that Streamlit waits for a reconnection: 1,024 would suffice for about 200 of the 500 allowed
    sessions.
    """
    if resource is None:
        return
    with suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def end_in_time() -> None:
    """Exit `GRACE` seconds after SIGTERM at the latest, even if uvicorn waits for a stalled upload.

    No data are lost: everything important is committed.
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
    """Return facts about the server for the log; of the database, only the kind."""
    return {
        "version": _version(),
        "python": platform.python_version(),
        "streamlit": st.__version__,
        "database": urlsplit(address(environment)).scheme.partition("+")[0],
        "limits": _caps(environment),
    }


def _caps(environment: Mapping[str, str]) -> dict[str, object]:
    limits = asdict(Limits.from_environment(environment))
    limits |= {f"api_{n}": v for n, v in asdict(CallLimits.from_environment(environment)).items()}
    return limits | {"max_sessions": SessionLimit.from_environment(environment).max_sessions}


def _version() -> str:
    try:
        return version("personalizer-playground")
    except PackageNotFoundError:
        return "not installed"
