"""Log lines: JSON on stderr, one object a line, for programs to read.

A record's message names what happened, in constant words, and what it ``extra`` brings are the
line's fields. Nobody logs what is a person's: no loop's id, no context, no address, no secret.
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

OWN = ("engine", "pages")
"""Whose records are written from the chosen level on; those of others from warnings on."""
GONE = "Couldn't find fragment"
"""How Streamlit begins its word about a part that a page no longer has."""
_WHO_SAYS_SO = "streamlit.runtime.scriptrunner.script_runner"
_WHO_SAYS_WHAT_FAILED = "streamlit.error_util"
REFUSED, FOREIGN = "unreadable input refused", "foreign origin refused"
"""Events that anybody can bring about as often as they like."""
FIRST, MINUTE = 10, 60.0
"""Lines of such an event until there is one in so many seconds."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """Writes a record as an object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger and event, then the record's own fields."""
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
            # Without the exception's own words, which may quote what somebody typed.
            line["stack"] = f"Traceback (most recent call last):\n{_told(trace)}"
        return json.dumps(line, default=str)


def _told(trace: object) -> str:
    return "".join(traceback.format_tb(trace))  # type: ignore[arg-type]


@contextmanager
def timed(log: logging.Logger, event: str) -> Iterator[None]:
    """Tell how long something took, whatever came of it."""
    start = time.perf_counter()
    try:
        yield
    finally:
        log.debug(event, extra={"seconds": round(time.perf_counter() - start, 6)})


@contextmanager
def refusals_told(log: logging.Logger) -> Iterator[None]:
    """Tell the code of what is refused; not its sentence, which may quote what somebody typed."""
    try:
        yield
    except PersonalizerError as error:
        log.info("refused", extra={"code": error.code})
        raise


def told_of_parts_that_went(record: logging.LogRecord) -> bool:
    """Have Streamlit's word about a part that went told to those who debug; all others pass.

    A press may be on its way while its page is drawn anew without that part, or left for another.
    Nothing is wrong then, as the same sentence says.
    """
    if str(record.msg).startswith(GONE):
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return True


def not_of_what_a_browser_sent(record: logging.LogRecord) -> bool:
    """Keep back Streamlit's word, with a stack, about a run that failed as widgets cannot be read:
    `REFUSED` is told of it."""
    return record.exc_info is None or not is_unreadable()


class Seldom(logging.Filter):
    """Lets the first lines of each of some events through, and then one a minute, which tells how
    many there were since the one before: whoever sends rubbish does not fill the disk.

    Args:
        events: names of the events.
        now: a clock in seconds that only goes forward.
    """

    def __init__(self, events: Iterable[str], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now, self._lock = now, Lock()
        self._lines, self._since = dict.fromkeys(events, 0), dict.fromkeys(events, -math.inf)
        self._left_out = dict.fromkeys(events, 0)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        event = str(record.msg)
        if event not in self._lines:
            return True
        with self._lock:
            if self._lines[event] >= FIRST and self._now() < self._since[event] + MINUTE:
                self._left_out[event] += 1
                return False
            self._lines[event] += 1
            self._since[event] = self._now()
            if self._left_out[event]:
                record.left_out, self._left_out[event] = self._left_out[event], 0
            return True


SELDOM = Seldom((REFUSED, FOREIGN))
"""That of this process."""


def write_lines(level: str, *beside: logging.Handler) -> None:
    """Let all records of this process come out as lines on stderr, none in any other form.

    Args:
        level: name of the least important level that is written.
        beside: what else gets this app's records, those below the level included.
    """
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLines())
    lines.setLevel(level.upper())
    lines.addFilter(SELDOM)
    logging.captureWarnings(capture=True)
    # Streamlit's and uvicorn's loggers have handlers of their own, which write text. That of
    # requests names addresses, and is not asked for its records while nobody hears it.
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(logging.NOTSET)
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    logging.getLogger(_WHO_SAYS_SO).addFilter(told_of_parts_that_went)
    logging.getLogger(_WHO_SAYS_WHAT_FAILED).addFilter(not_of_what_a_browser_sent)
    for name in OWN:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.handlers = list(beside)
