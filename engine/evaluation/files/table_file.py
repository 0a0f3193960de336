"""Tables in CSV or Parquet files: their columns, their first rows, and all rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.evaluation.files.csv_file import (
    check_text,
    correct_lines,
    csv_fault,
    csv_head,
    csv_row,
    of_csv,
    start_of,
)
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.parquet_file import (
    of_parquet,
    parquet_fault,
    parquet_head,
    parquet_names,
)
from engine.evaluation.files.table_batch import FAILURES, Batch
from engine.store.exchange.untrusted_lines import Faults

HEAD = 1_000
"""Rows from which the meaning of columns is guessed."""
MOST_COLUMNS = 1_000
"""Maximum number of columns of a file."""


def batches(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """Yield batches of all rows with some of the columns; a read error becomes a fault."""
    return (of_parquet if file.kind == "parquet" else of_csv)(file, names, faults)


def column_names(file: LogFile) -> Sequence[str]:
    """Columns of a file; empty if it cannot be read."""
    if file.kind != "parquet":
        return start_of(file).names
    try:
        return parquet_names(file)
    except MemoryError:
        raise
    except FAILURES:
        return []


def head(file: LogFile) -> Any:
    """First rows of a file with its types, a `pyarrow.Table`, from which columns are guessed.

    Raises:
        RejectedError: if the file cannot be read.
    """
    faults, is_parquet = Faults("evaluated"), file.kind == "parquet"
    try:
        if is_parquet:
            _check_columns(parquet_names(file), faults)
            return parquet_head(file, HEAD)
        check_text(file, faults)
        _check_columns(column_names(file), faults)
        return csv_head(file, HEAD, faults)
    except MemoryError:
        raise
    except StopIteration as error:
        # No row has as many fields as the first line; each has its own fault.
        correct_lines(file, faults)
        raise faults.rejection() from error
    except FAILURES as error:
        if is_parquet:
            faults.add(0, parquet_fault(error))
        else:
            faults.add(csv_row(error), csv_fault(error, file))
            correct_lines(file, faults)
        raise faults.rejection() from error


def _check_columns(names: Sequence[str], faults: Faults) -> None:
    if len(names) > MOST_COLUMNS:
        faults.add(0, f"it has {len(names):,} columns, but at most {MOST_COLUMNS:,} are allowed")
        raise faults.rejection()
    # Columns without a name, as spreadsheets have them at the end, are not read.
    twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if twice is not None:
        faults.add(0, f"it has two columns that are called {twice!r}")
        raise faults.rejection()
