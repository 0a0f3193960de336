"""A log in a file of the person's own: what its columns may say, and its decisions."""

import os
from collections.abc import Generator
from dataclasses import dataclass

from engine.errors import refuse
from engine.evaluation.decisions import Decisions
from engine.evaluation.sources.columns import Columns, guess, nested
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.joined import joined
from engine.evaluation.sources.logs import open_log
from engine.evaluation.sources.tables.table import head
from engine.steps import Steps
from engine.store import Limits
from engine.store.exchange.lines import MAX_LINES, Faults
from pages.parts.evaluate.logs import Log
from pages.parts.work.uploads import Upload

_MOST_CELLS = 1 << 25
"""Events times actions: a table of them takes 256 MiB."""


@dataclass(frozen=True, slots=True)
class OfFile:
    """A file that was sent, and how it is to be read.

    Attributes:
        token: that was its place's when it came, unlike that of any other.
        columns: what its columns say; None where they need not be told.
        bounds: of its rewards.
    """

    token: str
    columns: Columns | None
    bounds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is in a file.

    Attributes:
        names: its columns that have one; none where it is read line by line.
        columns: what they may say.
        nested: those that can be no field of the context, as their values are lists or maps.
    """

    names: tuple[str, ...] = ()
    columns: Columns | None = None
    nested: tuple[str, ...] = ()


def _held(upload: Upload) -> LogFile:
    """The file; in memory only while it is read."""
    most = Limits.from_environment(os.environ).max_unfolded << 20
    with upload.reader() as file:
        return LogFile(upload.name, file.read(), most)


def inspecting(upload: Upload) -> Steps[Inspected]:
    """Look what is in a file."""
    yield None
    file = _held(upload)
    if file.kind in {"dsjson", "jsonl"}:
        return Inspected()
    yield None
    first = head(file)
    yield None
    columns = guess(first)
    return Inspected(tuple(filter(None, first.column_names)), columns, nested(first, columns))


def reading(upload: Upload, asked: OfFile) -> Generator[float, None, Log]:
    """The decisions in a file; `RejectedError` with all its faults."""
    yield 0.0
    file = _held(upload)
    assert isinstance(file.data, bytes), "it was read"
    log = open_log(file.data, file.name, asked.columns, asked.bounds, most=file.most)
    parts, events = list[Decisions](), 0
    for batch in log.in_steps():
        if batch is not None:
            parts.append(batch)
            events += len(batch)
            _check_size(events, len(batch.actions))
        yield 0.0
    if not events:
        raise Faults("evaluated").rejection()
    _check_size(events, len({action for part in parts for action in part.actions}))
    return Log(joined(parts), bounds=asked.bounds)


def _check_size(events: int, actions: int) -> None:
    """``BadRequest`` for more than a session may have in memory."""
    if events > MAX_LINES:
        refuse("BadRequest", "log", events, f"at most {MAX_LINES:,}", "The number of events")
    if events * actions > _MOST_CELLS:
        told = "The number of events times actions"
        refuse("BadRequest", "log", events * actions, f"at most {_MOST_CELLS:,}", told)
