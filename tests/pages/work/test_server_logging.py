"""Log lines: JSON, one per line, without personal data."""

import inspect
import json
import logging
import sys
from contextlib import suppress
from typing import Any

import pytest
from streamlit import error_util
from streamlit.runtime.scriptrunner import script_runner

from engine import PersonalizerError
from pages.parts.work import server_logging
from pages.parts.work.server_logging import (
    FRAGMENT_MISSING,
    REFUSED,
    UNLIMITED_LINES,
    EventRateLimit,
    JsonLines,
    drop_unreadable_state,
    lower_missing_fragments,
    refusals_logged,
    timed,
)


def line(record: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines().format(record)
    assert "\n" not in text
    told: dict[str, Any] = json.loads(text)
    return told


def test_a_record_is_an_object_with_its_fields() -> None:
    logger = logging.getLogger("engine.store.schema")
    extra = {"version": 4, "was": 3}
    record = logger.makeRecord(
        logger.name, logging.INFO, "schema.py", 1, "schema\nmigrated", (), None, extra=extra
    )
    record.created = 1_800_000_000.25
    assert line(record) == {
        "time": "2027-01-15T08:00:00.250+00:00",
        "level": "info",
        "logger": "engine.store.schema",
        "event": "schema\nmigrated",
        "version": 4,
        "was": 3,
    }


def test_exceptions_are_logged_without_their_message() -> None:
    def fail() -> None:
        raise KeyError("what Alice typed")

    try:
        fail()
    except KeyError:
        record = logging.makeLogRecord({"msg": "uncaught", "exc_info": sys.exc_info()})
    told = line(record)
    assert told["exception"] == "KeyError"
    assert told["stack"].startswith("Traceback (most recent call last):\n")
    assert "in fail" in told["stack"]
    assert "Alice" not in json.dumps(told).replace('raise KeyError(\\"what Alice', "")


def test_slow_work_is_logged_even_after_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("pages.parts")
    with caplog.at_level(logging.DEBUG, "pages"), suppress(KeyError), timed(log, "page drawn"):
        raise KeyError
    (told,) = map(vars, caplog.records)
    assert told["msg"] == "page drawn"
    assert 0 <= told["seconds"] < 60


def test_refusals_are_logged_by_code_without_their_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refused = PersonalizerError("BadRequest", "name is 'Alice', but must be shorter.", "name")
    log = logging.getLogger("pages.parts")
    with caplog.at_level(logging.INFO), suppress(PersonalizerError), refusals_logged(log):
        raise refused
    (told,) = caplog.records
    assert (told.msg, vars(told)["code"]) == ("refused", "BadRequest")
    assert "Alice" not in JsonLines().format(told)


def test_a_press_of_a_part_that_its_page_no_longer_has_is_no_warning() -> None:
    """Depends on Streamlit's wording of the message."""
    place, name = inspect.getsource(script_runner), script_runner.__name__
    assert f'"{FRAGMENT_MISSING}' in place
    record = logging.makeLogRecord(
        {"name": name, "msg": f"{FRAGMENT_MISSING} with id %s.", "levelno": 30}
    )
    assert lower_missing_fragments(record)
    assert (record.levelno, line(record)["level"]) == (logging.DEBUG, "debug")
    other = logging.makeLogRecord({"name": name, "msg": "Session is gone", "levelno": 30})
    assert lower_missing_fragments(other)
    assert other.levelno == logging.WARNING


def test_bad_browser_messages_are_logged_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = logging.makeLogRecord({"msg": "Uncaught", "exc_info": (TypeError, TypeError(), None)})
    assert error_util._LOGGER.name == server_logging._ERROR_UTIL
    assert drop_unreadable_state(failed)
    monkeypatch.setattr(server_logging, "is_unreadable", lambda: True)
    assert not drop_unreadable_state(failed)
    assert drop_unreadable_state(logging.makeLogRecord({"msg": REFUSED}))


def test_after_ten_lines_of_what_anybody_can_send_there_is_one_a_minute() -> None:
    seconds = [0.0]
    limit = EventRateLimit([REFUSED], now=lambda: seconds[0])
    records = []
    for number in range(1_000):  # Ten a second.
        seconds[0] = number / 10
        record = logging.makeLogRecord({"msg": REFUSED})
        records += [record] if limit.filter(record) else []
        assert limit.filter(logging.makeLogRecord({"msg": "page failed"}))
    assert len(records) == UNLIMITED_LINES + 1
    assert line(records[-1])["left_out"] == 600 - 1
    assert "left_out" not in line(records[0])
