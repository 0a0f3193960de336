"""A log in a file of the person's own: what its columns may say, and its decisions."""

import os
from collections.abc import Generator
from dataclasses import dataclass

from engine.evaluation.files import reader_process as process
from engine.evaluation.files.columns import Columns
from engine.evaluation.files.messages import Inspected
from engine.steps import Steps
from engine.store import Limits
from pages.parts.evaluate.logs import Log
from pages.parts.work.uploads import Upload


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


def inspecting(upload: Upload) -> Steps[Inspected]:
    """Look at the columns of a file."""
    with upload.reader() as file:
        return (yield from process.inspecting(file, upload.name, _memory()))


def reading(upload: Upload, asked: OfFile) -> Generator[object, None, Log]:
    """The decisions in a file; `RejectedError` with all its faults."""
    yield 0.0
    with upload.reader() as file:
        log = yield from process.reading(file, upload.name, asked.columns, asked.bounds, _memory())
    return Log(log, bounds=asked.bounds)


def _memory() -> int:
    """MiB that reading a file may take."""
    return Limits.from_environment(os.environ).max_unfolded
