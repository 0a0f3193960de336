"""Logging of the server: JSON objects on stderr, one per line.

A record's message is a constant event name; its ``extra`` values become fields. Personal data is
never logged: no loop ids, contexts, addresses or secrets.
"""

import json
import logging
import math
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock

from engine.errors import PersonalizerError
from pages.parts.settings.bad_widget_state import is_unreadable

APP_LOGGERS = ("engine", "pages")
"""Loggers written from the chosen level on; other loggers from warnings on."""
FRAGMENT_MISSING = "Couldn't find fragment"
"""Beginning of Streamlit's message on a missing fragment."""
_SCRIPT_RUNNER = "streamlit.runtime.scriptrunner.script_runner"
_ERROR_UTIL = "streamlit.error_util"
REFUSED, FOREIGN = "unreadable input refused", "foreign origin refused"
"""Events that clients can trigger at will."""
UNLIMITED_LINES, INTERVAL = 10, 60.0
"""Lines of such an event before it is limited to one per interval, and the interval in seconds."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """Formatter: a record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time (UTC), level, logger and event, then the record's own fields."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            line["exception"] = kind.__name__
            # Without the exception's message, which may quote user input.
            line["stack"] = f"Traceback (most recent call last):\n{_stack_text(trace)}"
        return json.dumps(line, default=str)


def _stack_text(trace: object) -> str:
    return "".join(traceback.format_tb(trace))  # type: ignore[arg-type]


@contextmanager
def timed(log: logging.Logger, event: str) -> Iterator[None]:
    """Log the duration of the block, even if it fails."""
    start = time.perf_counter()
    try:
        yield
    finally:
        log.debug(event, extra={"seconds": round(time.perf_counter() - start, 6)})


@contextmanager
def refusals_logged(log: logging.Logger) -> Iterator[None]:
    """Log the code of an error in the block; its message may quote user input."""
    try:
        yield
    except PersonalizerError as error:
        log.info("refused", extra={"code": error.code})
        raise


def lower_missing_fragments(record: logging.LogRecord) -> bool:
    """Filter: lower Streamlit's message on a missing fragment to debug level.

    A press may arrive while its page is redrawn without the fragment, or after the page was left;
    the message itself says that nothing is wrong.
    """
    if str(record.msg).startswith(FRAGMENT_MISSING):
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return True


def drop_unreadable_state(record: logging.LogRecord) -> bool:
    """Filter: drop Streamlit's stack trace of unreadable widget state, as `REFUSED` is logged
    instead."""
    return record.exc_info is None or not is_unreadable()


class EventRateLimit(logging.Filter):
    """Filter: after the first lines of some events, pass one line per minute with the number left
    out.

    So invalid requests cannot fill the disk.

    Args:
        events: names of the events.
        now: monotonic clock, in seconds.
    """

    def __init__(self, events: Iterable[str], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now, self._lock = now, Lock()
        self._lines, self._since = dict.fromkeys(events, 0), dict.fromkeys(events, -math.inf)
        self._left_out = dict.fromkeys(events, 0)

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True if a record is written."""
        event = str(record.msg)
        if event not in self._lines:
            return True
        with self._lock:
            if (
                self._lines[event] >= UNLIMITED_LINES
                and self._now() < self._since[event] + INTERVAL
            ):
                self._left_out[event] += 1
                return False
            self._lines[event] += 1
            self._since[event] = self._now()
            if self._left_out[event]:
                record.left_out, self._left_out[event] = self._left_out[event], 0
            return True


RATE_LIMIT = EventRateLimit((REFUSED, FOREIGN))
"""Filter of this process."""


def log_as_json(level: str, *handlers: logging.Handler) -> None:
    """Write all records of the process as JSON lines on stderr, without any other format.

    Args:
        level: name of the least level that is written.
        handlers: further handlers of this app's records of all levels.
    """
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLines())
    lines.setLevel(level.upper())
    lines.addFilter(RATE_LIMIT)
    logging.captureWarnings(capture=True)
    # Streamlit's and uvicorn's loggers have handlers of their own, which write text. The access
    # log contains addresses, so it does not propagate.
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(logging.NOTSET)
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    logging.getLogger(_SCRIPT_RUNNER).addFilter(lower_missing_fragments)
    logging.getLogger(_ERROR_UTIL).addFilter(drop_unreadable_state)
    for name in APP_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.handlers = list(handlers)
