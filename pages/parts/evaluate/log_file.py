"""Log in an uploaded file: its columns and its decisions."""

import os
from collections.abc import Generator
from dataclasses import dataclass

from engine.evaluation.files import reader_process
from engine.evaluation.files.column_roles import Columns
from engine.evaluation.files.reader_messages import Inspected
from engine.evaluation.files.rounded_probabilities import completed
from engine.pausable_steps import Steps
from engine.store import Limits
from pages.parts.evaluate.evaluation_logs import EvaluationLog
from pages.parts.work.uploads import Upload


@dataclass(frozen=True, slots=True)
class FileSource:
    """An uploaded file and the interpretation of its columns.

    Attributes:
        token: unique id of the upload.
        columns: meaning of the columns; None for formats that define them.
        bounds: least and largest reward.
    """

    token: str
    columns: Columns | None
    bounds: tuple[float, float]


def inspecting(upload: Upload) -> Steps[Inspected]:
    """Read the columns of a file."""
    with upload.reader() as file:
        return (yield from reader_process.inspection_steps(file, upload.name, _memory()))


def reading(upload: Upload, source: FileSource) -> Generator[object, None, EvaluationLog]:
    """Read the decisions in a file; `RejectedError` lists all faults."""
    yield 0.0
    with upload.reader() as file:
        log = yield from reader_process.reading_steps(
            file, upload.name, source.columns, source.bounds, _memory()
        )
    log = completed(log)
    if amounts := log.amounts:
        log = log.limited(dict.fromkeys(log.actions, source.bounds[1]) | dict(amounts))
    is_stated = source.columns is not None and source.columns.split is not None
    return EvaluationLog(log, bounds=source.bounds, is_stated=is_stated)


def _memory() -> int:
    """Return the memory limit for reading a file, in MiB."""
    return Limits.from_environment(os.environ).max_unfolded
