"""A log in a file of the person's own: what its columns may say, and its decisions."""

from collections.abc import Generator
from dataclasses import dataclass

from engine.errors import refuse
from engine.evaluation.decisions import Decisions
from engine.evaluation.sources import tables
from engine.evaluation.sources.columns import Columns, guess
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.joined import joined
from engine.evaluation.sources.logs import open_log
from engine.steps import Steps
from engine.store.exchange.lines import MAX_LINES
from pages.parts.data.uploads import Upload
from pages.parts.evaluate.logs import Log


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
        names: its columns; none where it is read line by line.
        columns: what they may say.
    """

    names: tuple[str, ...] = ()
    columns: Columns | None = None


def _held(upload: Upload) -> LogFile:
    """The file; in memory only while it is read."""
    with upload.reader() as file:
        file.seek(0)
        return LogFile(upload.name, file.read())


def inspecting(upload: Upload) -> Steps[Inspected]:
    """Look what is in a file."""
    yield None
    file = _held(upload)
    if file.kind in {"dsjson", "jsonl"}:
        return Inspected()
    return Inspected(tuple(tables.column_names(file)), guess(tables.head(file)))


def reading(upload: Upload, asked: OfFile) -> Generator[float, None, Log]:
    """The decisions in a file; `RejectedError` with all its faults."""
    yield 0.0
    file = _held(upload)
    assert isinstance(file.data, bytes), "it was read"
    log = open_log(file.data, file.name, asked.columns, asked.bounds)
    parts, events = list[Decisions](), 0
    for batch in log.batches():
        parts.append(batch)
        events += len(batch)
        if events > MAX_LINES:
            refuse("BadRequest", "the number of events", events, f"at most {MAX_LINES:,}", "log")
        yield 0.0
    return Log(joined(parts), bounds=asked.bounds)
