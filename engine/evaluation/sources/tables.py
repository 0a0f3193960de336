"""Files of rows, CSV and Parquet, as `pyarrow.RecordBatch` after batch."""

import csv as plain_csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from io import StringIO, TextIOWrapper
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv, parquet

from engine.errors import UnreadableError
from engine.evaluation.sources import pages
from engine.evaluation.sources.files import UNREADABLE, LogFile, UnfoldsError
from engine.store.exchange.lines import Faults
from engine.worlds.grid import WORKBOOK

HEAD = 1_000
"""Rows by which columns are guessed."""
MOST_COLUMNS = 1_000
"""Columns that a file may have."""
_ROWS = 1 << 13
"""Rows of a batch of Parquet: a step for those who share a processor with whoever reads."""
_BLOCK = 1 << 18
"""Bytes of a batch of CSV, and of one row at most."""
_CELL = 8
"""Bytes that a value of Parquet takes in memory, however small it is in the file."""
_AT_ONCE = 256 << 20
"""Bytes that the pages of Parquet which are read at one time may unfold to: one of each column."""
_MARK = "# "
"""How a comment begins, and the line of names that NumPy's ``savetxt`` writes."""
_NO_PARQUET = "it is no whole Parquet file: it was cut, or is damaged"
_FAILURES = (pa.ArrowException, UnicodeDecodeError, UnreadableError, *UNREADABLE)


class Batch(NamedTuple):
    """Some rows of a file, as they follow each other.

    Attributes:
        rows: a `pyarrow.RecordBatch` of N rows.
        lines: their numbers in the file, (N,): of CSV as if no value had two lines, see
            `tell_lines`; rows of Parquet.
        decimal_comma: whether a comma in a number is its decimal point.
    """

    rows: Any
    lines: NDArray[np.int_]
    decimal_comma: bool = False


class _Start(NamedTuple):
    """How a CSV file begins.

    Attributes:
        before: lines before the names of the columns: empty ones, and comments.
        delimiter: what is between columns.
        names: of the columns.
        is_marked: whether the names stand behind a mark as comments do.
    """

    before: int
    delimiter: str
    names: Sequence[str]
    is_marked: bool = False


def batches(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """All rows of a file with some of its columns; what cannot be read becomes a fault."""
    if file.kind == "parquet":
        return _of_parquet(file, names, faults)
    return _of_csv(file, names, faults)


def column_names(file: LogFile) -> Sequence[str]:
    """The columns that a file has; none if it cannot be read."""
    if file.kind == "parquet":
        try:
            schema = parquet.ParquetFile(_data(file)).schema_arrow
            return list(_flat(schema.empty_table()).column_names)
        except _FAILURES:
            return []
    return _start(file).names


def head(file: LogFile) -> Any:
    """The first rows of a file with its types, a `pyarrow.Table`, to guess columns by.

    Raises:
        RejectedError: if it cannot be read.
    """
    faults = Faults("evaluated")
    try:
        if file.kind == "parquet":
            opened = _opened(file)
            empty = _flat(opened.schema_arrow.empty_table())
            _check_columns(empty.column_names, faults)
            first = next(opened.iter_batches(HEAD), None)
            return _flat(pa.Table.from_batches([first])) if first is not None else empty
        _check_text(file, faults)
        _check_columns(column_names(file), faults)
        reader = _csv_reader(file, None, lambda row: "skip")
        return pa.table(reader.read_next_batch()).slice(0, HEAD)
    except StopIteration:
        raise faults.rejection() from None
    except _FAILURES as error:
        faults.add(0, _parquet_fault(error) if file.kind == "parquet" else _csv_fault(error))
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


def _check_columns(names: Sequence[str], faults: Faults) -> None:
    if len(names) > MOST_COLUMNS:
        faults.add(0, f"it has {len(names):,} columns, but at most {MOST_COLUMNS:,} are allowed")
        raise faults.rejection()
    # Columns without a name, as spreadsheets have them at the end, are not read.
    twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if twice is not None:
        faults.add(0, f"it has two columns that are called {twice!r}")
        raise faults.rejection()


# -- Parquet --------------------------------------------------------------------------


def _data(file: LogFile) -> Any:
    return pa.BufferReader(file.data) if isinstance(file.data, bytes) else file.data


def _opened(file: LogFile) -> Any:
    """A file that takes no more room than it may, by what it and its pages say of themselves.

    Texts that come again and again stay codes, as they are in the file.
    """
    data = _data(file)
    told = parquet.ParquetFile(data).metadata
    groups = [told.row_group(at) for at in range(told.num_row_groups)]
    parts = [group.column(at) for group in groups for at in range(group.num_columns)]
    if file.most < sys.maxsize:
        sizes = [max(_CELL, told.schema.column(at).length) for at in range(told.num_columns)]
        columns = ((group.column(at), size) for group in groups for at, size in enumerate(sizes))
        if sum(size * part.num_values for part, size in columns) > file.most:
            raise UnfoldsError(file.most)
        with file.open() as opened:
            pages.check(opened, told, file.most, min(file.most, _AT_ONCE))
    texts = {part.path_in_schema for part in parts if part.physical_type == "BYTE_ARRAY"}
    return parquet.ParquetFile(data, read_dictionary=sorted(texts))


def _of_parquet(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    row, left = 1, file.most
    try:
        for batch in _opened(file).iter_batches(_ROWS, columns=list(names)):
            left -= batch.nbytes
            if left < 0:
                raise UnfoldsError(file.most)
            lines = np.arange(row, row + batch.num_rows)
            yield Batch(_flat(pa.Table.from_batches([batch])).to_batches()[0], lines)
            row += batch.num_rows
    except _FAILURES as error:
        faults.end(row if row > 1 else 0, _parquet_fault(error))


def _flat(table: Any) -> Any:
    """A table with each value of an object as a column of its own, ``visitor.age``."""
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table


def _parquet_fault(error: Exception) -> str:
    """Why nothing more can be read."""
    return str(error) if isinstance(error, UnfoldsError | UnreadableError) else _NO_PARQUET


# -- CSV ------------------------------------------------------------------------------


def _start(file: LogFile) -> _Start:
    lines = list(StringIO(file.beginning(), newline=""))
    is_before = (not line.strip() or line.startswith(_MARK) for line in lines)
    before = next((at for at, skipped in enumerate(is_before) if not skipped), len(lines))
    delimiter = max(",;\t|", key="".join(lines[before : before + 1]).count)
    names = _first_row(lines[before:], delimiter)
    if before and lines[before - 1].startswith(_MARK):
        marked = _first_row([lines[before - 1].removeprefix(_MARK), *lines[before:]], delimiter)
        if 1 < len(marked) == len(names) and any(map(_is_number, names)):
            return _Start(before - 1, delimiter, marked, is_marked=True)
    return _Start(before, delimiter, names)


def _first_row(lines: Sequence[str], delimiter: str) -> Sequence[str]:
    rows = plain_csv.reader(StringIO("".join(lines), newline=""), delimiter=delimiter)
    with suppress(plain_csv.Error):
        return next(rows, [])
    return []


def _is_number(text: str) -> bool:
    """Whether it is a value, and no name of a column."""
    with suppress(ValueError):
        float(text)
        return True
    return False


def _csv_reader(file: LogFile, names: Sequence[str] | None, handler: Any) -> Any:
    """A reader of all columns with their types, or of some, as bytes."""
    told, start = names or (), _start(file)
    convert = csv.ConvertOptions(
        include_columns=list(told) or None, column_types={name: pa.binary() for name in told}
    )
    return csv.open_csv(
        pa.PythonFile(file.unfolded(), "r"),
        # In one thread: with several nobody knows the number of a line.
        csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK,
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


def _told(batch: Any) -> NDArray[np.bool_]:
    """Which rows are not empty."""
    told = np.zeros(batch.num_rows, dtype=bool)
    for column in batch.columns:
        told |= pc.not_equal(column, b"").to_numpy(zero_copy_only=False)
        if told.all():
            break
    return told


def _of_csv(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    skipped: list[int] = []

    def skip(row: Any) -> str:
        skipped.append(row.number)
        fields, wanted = row.actual_columns, row.expected_columns
        if row.text.strip():  # An empty line is no row.
            faults.add(row.number, f"it has {fields} fields, where the first line has {wanted}")
        return "skip"

    start = _start(file)
    first = line = start.before + 2
    try:
        for batch in _csv_reader(file, names, skip):
            n = batch.num_rows
            lines = np.setdiff1d(np.arange(line, line + n + len(skipped)), skipped)[:n]
            line = int(lines[-1]) + 1 if n else line
            told = _told(batch)
            yield Batch(batch.filter(pa.array(told)), lines[told], start.delimiter == ";")
    except _FAILURES as error:
        # Bytes are read ahead of lines: where a line's own fault is not meant, none is known.
        is_of_line = line > first and isinstance(error, pa.ArrowException)
        faults.end(line if is_of_line else 0, _csv_fault(error))


def _csv_fault(error: Exception) -> str:
    """Why nothing more can be read."""
    if isinstance(error, UnfoldsError):
        return str(error)
    if "Empty CSV" in str(error):
        return "it is empty"
    if isinstance(error, UnicodeDecodeError):
        return "its first line is not UTF-8"
    if "straddling" in str(error):
        return f"a line has more than {_BLOCK >> 10} KiB"
    # Arrow's failures to read are OSErrors, too.
    if isinstance(error, UNREADABLE) and not isinstance(error, pa.ArrowException):
        return "it is a damaged gzip file"
    return f"it cannot be read as CSV: {error}"


def tell_lines(file: LogFile, faults: Faults) -> Iterator[None]:
    """Give the faults of a CSV file in which values have several lines the lines that they have.

    Yields wherever others may have their turn.
    """
    wanted = {fault.line for fault in faults.first if fault.file == faults.file and fault.line > 1}
    if file.kind != "csv" or not wanted:
        return
    start, found = _start(file), dict[int, int]()
    with file.unfolded() as opened, suppress(*_FAILURES, plain_csv.Error, StopIteration):
        lines = islice(TextIOWrapper(opened, "utf-8", "replace", newline=""), start.before, None)
        reader = plain_csv.reader(lines, delimiter=start.delimiter)
        for row in range(start.before + 1, max(wanted) + 1):
            if row % _ROWS == 0:
                yield None
            if row in wanted:
                found[row] = start.before + reader.line_num + 1
            next(reader)
    faults.first = [
        replace(fault, line=found.get(fault.line, fault.line))
        if fault.file == faults.file
        else fault
        for fault in faults.first
    ]
