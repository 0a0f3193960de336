"""Rows of CSV with the numbers of their lines."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from engine.errors import UnreadableError
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.batch import Batch
from engine.evaluation.sources.tables.csv_start import start_of
from engine.evaluation.sources.tables.csv_text import NO_TEXT, Marked
from engine.evaluation.sources.tables.failures import (
    BLOCK,
    FAILURES,
    FIRST_LINE,
    csv_fault,
    csv_row,
)
from engine.store.exchange.lines import Faults


def csv_reader(file: LogFile, names: Sequence[str] | None, handler: Any) -> Any:
    """A reader of all columns with their types, or of some, as bytes."""
    told, start = names or (), start_of(file)
    convert = csv.ConvertOptions(
        include_columns=list(told) or None, column_types={name: pa.binary() for name in told}
    )
    reader = csv.open_csv(
        pa.PythonFile(Marked(file.unfolded()), "r"),
        # In one thread: with several nobody knows the number of a line.
        csv.ReadOptions(
            use_threads=False,
            block_size=BLOCK,
            skip_rows=start.before + start.is_marked,
            column_names=start.names if start.is_marked else None,
        ),
        csv.ParseOptions(
            delimiter=start.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=handler,
        ),
        convert,
    )
    if any(NO_TEXT in name for name in reader.schema.names):
        raise UnreadableError(FIRST_LINE)
    return reader


def _told(batch: Any) -> NDArray[np.bool_]:
    """Which rows are not empty."""
    told = np.zeros(batch.num_rows, dtype=bool)
    for column in batch.columns:
        told |= pc.not_equal(column, b"").to_numpy(zero_copy_only=False)
        if told.all():
            break
    return told


def skip(faults: Faults, skipped: list[int], row: Any) -> str:
    """Leave out a row with more or fewer fields than the first line has, and say so; note its
    number among those that were ``skipped``."""
    skipped.append(row.number)
    fields, wanted = row.actual_columns, row.expected_columns
    if NO_TEXT in row.text:
        faults.add(row.number, "it is not UTF-8")
    elif row.text.strip():  # An empty line is no row.
        faults.add(row.number, f"it has {fields} fields, where the first line has {wanted}")
    return "skip"


def of_csv(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """All rows of a file with some of its columns; what cannot be read becomes a fault."""
    skipped: list[int] = []
    start = start_of(file)
    first = line = start.before + 2
    try:
        for batch in csv_reader(file, names, partial(skip, faults, skipped)):
            n = batch.num_rows
            lines = np.setdiff1d(np.arange(line, line + n + len(skipped)), skipped)[:n]
            line = int(lines[-1]) + 1 if n else line
            told = _told(batch)
            yield Batch(batch.filter(pa.array(told)), lines[told], start.delimiter == ";")
    except FAILURES as error:
        # Bytes are read ahead of lines: where a line's own fault is not meant, none is known.
        is_of_line = line > first and isinstance(error, pa.ArrowException)
        faults.end(csv_row(error) or (line if is_of_line else 0), csv_fault(error, file))
