"""A file of rows of either kind: its columns, its first rows, and all of them."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.batch import Batch
from engine.evaluation.sources.tables.csv_lines import tell_lines
from engine.evaluation.sources.tables.csv_rows import csv_reader, of_csv, skip
from engine.evaluation.sources.tables.csv_start import start_of
from engine.evaluation.sources.tables.failures import FAILURES, csv_fault, csv_row, parquet_fault
from engine.evaluation.sources.tables.parquet_rows import (
    flat,
    of_parquet,
    opened_parquet,
    parquet_names,
)
from engine.steps import finish
from engine.store.exchange.lines import Faults
from engine.worlds.grid import WORKBOOK

HEAD = 1_000
"""Rows by which columns are guessed."""
MOST_COLUMNS = 1_000
"""Columns that a file may have."""


def batches(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """All rows of a file with some of its columns; what cannot be read becomes a fault."""
    if file.kind == "parquet":
        return of_parquet(file, names, faults)
    return of_csv(file, names, faults)


def column_names(file: LogFile) -> Sequence[str]:
    """The columns that a file has; none if it cannot be read."""
    if file.kind == "parquet":
        try:
            return parquet_names(file)
        except FAILURES:
            return []
    return start_of(file).names


def head(file: LogFile) -> Any:
    """The first rows of a file with its types, a `pyarrow.Table`, to guess columns by.

    Raises:
        RejectedError: if it cannot be read.
    """
    faults = Faults("evaluated")
    try:
        if file.kind == "parquet":
            opened = opened_parquet(file)
            empty = flat(opened.schema_arrow.empty_table())
            _check_columns(empty.column_names, faults)
            first = next(opened.iter_batches(HEAD), None)
            return flat(pa.Table.from_batches([first])) if first is not None else empty
        _check_text(file, faults)
        _check_columns(column_names(file), faults)
        # Where no row is as long as the first line, that is why there is none.
        reader = csv_reader(file, None, partial(skip, faults, []))
        return pa.table(reader.read_next_batch()).slice(0, HEAD)
    except StopIteration:
        finish(tell_lines(file, faults))
        raise faults.rejection() from None
    except FAILURES as error:
        if file.kind == "parquet":
            faults.add(0, parquet_fault(error))
        else:
            faults.add(csv_row(error), csv_fault(error, file))
            finish(tell_lines(file, faults))
        raise faults.rejection() from error


def _check_text(file: LogFile, faults: Faults) -> None:
    with file.open() as opened:
        if opened.read(4).startswith(WORKBOOK):
            faults.add(0, "it is a workbook, or packed: save its sheet as CSV")
            raise faults.rejection()
    line = file.first_line()
    if line.startswith("[{") or line == "[":
        faults.add(0, "it is a list in JSON: each event stands on a line of its own")
        raise faults.rejection()
    if "\0" in line:
        faults.add(0, "it is no text in UTF-8, but in UTF-16, or none: save it as CSV in UTF-8")
        raise faults.rejection()


def _check_columns(names: Sequence[str], faults: Faults) -> None:
    if len(names) > MOST_COLUMNS:
        faults.add(0, f"it has {len(names):,} columns, but at most {MOST_COLUMNS:,} are allowed")
        raise faults.rejection()
    # Columns without a name, as spreadsheets have them at the end, are not read.
    twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if twice is not None:
        faults.add(0, f"it has two columns that are called {twice!r}")
        raise faults.rejection()
