"""Rows of CSV with the numbers of their lines."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, open_csv

from engine.errors import UnreadableError
from engine.evaluation.files.log_file import UNREADABLE, LogFile
from engine.evaluation.files.table_batch import FAILURES, Batch, check_rows
from engine.store.exchange.untrusted_lines import Faults
from engine.worlds.spreadsheet_cells import WORKBOOK

BLOCK = 1 << 18
"""Bytes of a batch, and of one row at most."""
NO_TEXT = "\ufdd0"
"""Placeholder for bytes that are not UTF-8: a noncharacter, absent from texts."""
_COMMENT = "# "
"""Prefix of a comment, and of the line of names written by NumPy's ``savetxt``."""
_HANDLER = "personalizer-playground-no-text"
_NO_TEXT_IN_ROW = re.compile(r"CSV parse error: Row #(\d+): Expected")
"""Arrow's message for a row with too many fields that cannot be decoded."""


# -- the beginning --------------------------------------------------------------------


class Start(NamedTuple):
    """Beginning of a file.

    Attributes:
        before: number of empty lines and comments before the names of the columns.
        delimiter: between columns.
        names: of the columns.
        is_marked: True if the line of the names begins with the mark of a comment.
    """

    before: int
    delimiter: str
    names: Sequence[str]
    is_marked: bool = False


def start_of(file: LogFile) -> Start:
    """Read the first lines of a file."""
    lines = list(io.StringIO(file.beginning(), newline=""))
    is_before = (not line.strip() or line.startswith(_COMMENT) for line in lines)
    before = next((at for at, skipped in enumerate(is_before) if not skipped), len(lines))
    delimiter = max(",;\t|", key="".join(lines[before : before + 1]).count)
    names = _first_row(lines[before:], delimiter)
    if before and lines[before - 1].startswith(_COMMENT):
        marked = _first_row([lines[before - 1].removeprefix(_COMMENT), *lines[before:]], delimiter)
        if 1 < len(marked) == len(names) and any(map(_is_number, names)):
            return Start(before - 1, delimiter, marked, is_marked=True)
    return Start(before, delimiter, names)


def _first_row(lines: Sequence[str], delimiter: str) -> Sequence[str]:
    rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        return next(rows, [])
    return []


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        float(text)
        return True
    return False


# -- rows -----------------------------------------------------------------------------


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return NO_TEXT, error.end


codecs.register_error(_HANDLER, _mark)


class _Marked(io.RawIOBase):
    """Bytes of a file as valid UTF-8, with `NO_TEXT` in place of invalid ones.

    Arrow decodes a row with too many fields before it calls the handler of such rows, and an error
    there is printed as a traceback that cannot be caught.
    """

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source, self._ready = source, b""
        self._decoder = codecs.getincrementaldecoder("utf-8")(_HANDLER)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            part = self._source.read(len(buffer))
            self._ready = self._decoder.decode(part, final=not part).encode()
            if not part:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def close(self) -> None:
        self._source.close()
        super().close()


def _opened(file: LogFile, names: Sequence[str] | None, handler: Any) -> Any:
    """Open a reader of all columns with inferred types, or of some columns as bytes."""
    start = start_of(file)
    reader = open_csv(
        pa.PythonFile(_Marked(file.unfolded()), "r"),
        # In one thread: with several the number of a line is not known.
        ReadOptions(
            use_threads=False,
            block_size=BLOCK,
            skip_rows=start.before + start.is_marked,
            column_names=start.names if start.is_marked else None,
        ),
        ParseOptions(
            delimiter=start.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=handler,
        ),
        ConvertOptions(
            include_columns=list(names) if names else None,
            column_types=dict.fromkeys(names or (), pa.binary()),
        ),
    )
    if any(NO_TEXT in name for name in reader.schema.names):
        raise UnreadableError("its first line is not UTF-8")
    return reader


def csv_head(file: LogFile, rows: int, faults: Faults) -> Any:
    """First rows of a file with inferred types as a `pyarrow.Table`.

    Raises:
        StopIteration: if the file has no row.
    """
    reader = _opened(file, None, partial(_skip, faults, []))
    return pa.table(reader.read_next_batch()).slice(0, rows)


def of_csv(file: LogFile, names: Sequence[str], faults: Faults) -> Iterator[Batch]:
    """Yield batches of all rows with some of the columns; a read error becomes a fault."""
    skipped: list[int] = []
    start = start_of(file)
    first = line = start.before + 2
    try:
        for batch in _opened(file, names, partial(_skip, faults, skipped)):
            n = batch.num_rows
            lines = np.setdiff1d(np.arange(line, line + n + len(skipped)), skipped)[:n]
            line = int(lines[-1]) + 1 if n else line
            check_rows(max(line - first, len(skipped)), file.most)
            some = _is_some(batch)
            yield Batch(batch.filter(pa.array(some)), lines[some], start.delimiter == ";")
    except MemoryError:
        raise
    except FAILURES as error:
        # Bytes are read ahead of lines: only Arrow's own errors belong to the current line.
        is_of_line = line > first and isinstance(error, pa.ArrowException)
        faults.end(csv_row(error) or (line if is_of_line else 0), csv_fault(error, file))


def _is_some(batch: Any) -> NDArray[np.bool_]:
    """Mask of the rows that are not empty, (N,)."""
    some = np.zeros(batch.num_rows, dtype=bool)
    for column in batch.columns:
        some |= pc.not_equal(column, b"").to_numpy(zero_copy_only=False)
        if some.all():
            break
    return some


def _skip(faults: Faults, skipped: list[int], row: Any) -> str:
    """Handle a row with more or fewer fields than the first line: skip it with a fault, and add
    its number to ``skipped``."""
    skipped.append(row.number)
    fields, wanted = row.actual_columns, row.expected_columns
    if NO_TEXT in row.text:
        faults.add(row.number, "it is not UTF-8")
    elif row.text.strip():  # An empty line is no row.
        faults.add(row.number, f"it has {fields} fields, where the first line has {wanted}")
    return "skip"


# -- faults ---------------------------------------------------------------------------


def csv_row(error: Exception) -> int:
    """Number of the row named by Arrow, counted as if each value had one line; 0 for none."""
    match = _NO_TEXT_IN_ROW.match(str(error))
    return int(match[1]) if match else 0


def csv_fault(error: Exception, file: LogFile) -> str:
    """Reason for a read error, without the row (`csv_row`)."""
    if "Empty CSV" in str(error):
        return _no_row(file)
    if isinstance(error, UnreadableError):
        return str(error)
    if "straddling" in str(error):
        return f"a line has more than {BLOCK >> 10} KiB"
    # Arrow's failures to read are OSErrors, too.
    if isinstance(error, UNREADABLE) and not isinstance(error, pa.ArrowException):
        return "it is a damaged gzip file"
    return f"it cannot be read as CSV: {error}"


def _no_row(file: LogFile) -> str:
    """Reason for an empty first batch, which may be too small for the first line."""
    if not start_of(file).names:
        return "it is empty"
    is_long = file.is_longer(BLOCK)
    return f"its first line has more than {BLOCK >> 10} KiB" if is_long else "it holds no event"


def check_text(file: LogFile, faults: Faults) -> None:
    """Refuse a file that is not a text with columns.

    Raises:
        RejectedError: with the reason.
    """
    line, reason = file.first_line(), ""
    with file.open() as opened:
        if opened.read(4).startswith(WORKBOOK):
            reason = "it is a workbook, or packed: save its sheet as CSV"
    if line.startswith("[{") or line == "[":
        reason = "it is a list in JSON: each event stands on a line of its own"
    if "\0" in line and not reason:
        reason = "it is no text in UTF-8, but in UTF-16, or none: save it as CSV in UTF-8"
    if reason:
        faults.add(0, reason)
        raise faults.rejection()


def correct_lines(file: LogFile, faults: Faults) -> None:
    """Correct the line numbers of a CSV file's faults for values with several lines."""
    wanted = {fault.line for fault in faults.first if fault.file == faults.file and fault.line > 1}
    if file.kind != "csv" or not wanted:
        return
    start, lines_of = start_of(file), dict[int, int]()
    with file.unfolded() as opened, suppress(*FAILURES, csv.Error, StopIteration):
        lines = islice(io.TextIOWrapper(opened, "utf-8", "replace", newline=""), start.before, None)
        reader = csv.reader(lines, delimiter=start.delimiter)
        for row in range(start.before + 1, max(wanted) + 1):
            if row in wanted:
                lines_of[row] = start.before + reader.line_num + 1
            next(reader)
    faults.first = [
        replace(fault, line=lines_of.get(fault.line, fault.line))
        if fault.file == faults.file
        else fault
        for fault in faults.first
    ]
