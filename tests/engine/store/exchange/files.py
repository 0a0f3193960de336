"""Import files, and the errors of refused imports."""

import gzip
import io
from collections import deque

import pytest

from engine.errors import RejectedError
from engine.loop.log import EventLog
from engine.store import LoopLibrary
from engine.store.exchange.dsjson import ExportedEvents
from engine.store.exchange.loop_import import import_file
from tests.engine.requests import Json


def file_of(*lines: str | bytes, pack: bool = False) -> io.BytesIO:
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return io.BytesIO(gzip.compress(data) if pack else data)


def rejected(library: LoopLibrary, file: io.BytesIO) -> RejectedError:
    """The error of an import that left no trace."""
    before = library.store.loops("other")
    with pytest.raises(RejectedError) as error:
        import_file(library, file, "other", "upload.jsonl")
    assert library.store.loops("other") == before == []
    assert error.value.faults
    assert error.value.message.startswith("Nothing was imported: ")
    assert "Traceback" not in error.value.message
    return error.value


def reading_of(log: EventLog) -> ExportedEvents:
    """The decisions of a log, ready to be written as dsjson."""
    reading = ExportedEvents(log)
    deque(reading.first(), maxlen=0)
    return reading


GOOD_ROW: Json = {
    "_label_cost": 0, "Timestamp": "2026-01-02T03:04:05Z", "EventId": "e", "a": [1, 2],
    "p": [0.75, 0.25],
    "c": {"FromUrl": [{"x": 1}], "_multi": [{"_tag": "a", "j": [{"x": 1}]},
                                             {"_tag": "b", "j": [{"x": 2}]}]},
}  # fmt: skip
