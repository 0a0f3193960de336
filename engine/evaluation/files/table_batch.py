"""Rows of a table with their positions in the file."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.errors import UnreadableError
from engine.evaluation.files.log_file import UNREADABLE

FAILURES = (pa.ArrowException, UnicodeDecodeError, UnreadableError, *UNREADABLE)
"""Errors of reading a table. A `MemoryError` of Arrow is among them: catch it first."""


class Batch(NamedTuple):
    """Consecutive rows of a file.

    Attributes:
        rows: a `pyarrow.RecordBatch` of N rows.
        lines: their numbers in the file, (N,): of CSV as if each value had one line, see
            `csv_file.correct_lines`; rows of Parquet.
        decimal_comma: whether a comma in a number is its decimal point.
    """

    rows: Any
    lines: NDArray[np.int_]
    decimal_comma: bool = False


def check_rows(rows: int, most: int) -> None:
    """Refuse a table with more rows than allowed."""
    if rows > most:
        raise UnreadableError(f"it has more than {most:,} rows, the most allowed")
