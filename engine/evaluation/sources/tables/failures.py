"""Why a file cannot be read, or not be read on, each in a sentence."""

import re
from collections.abc import Sequence

import pyarrow as pa

from engine.errors import UnreadableError
from engine.evaluation.sources.files import UNREADABLE, UnfoldsError

BLOCK = 1 << 18
"""Bytes of a batch of CSV, and of one row at most."""
_NO_PARQUET = "it is no whole Parquet file: it was cut, or is damaged"
FAILURES = (pa.ArrowException, UnicodeDecodeError, UnreadableError, *UNREADABLE)
"""What reading a table may raise."""
_UNTOLD = re.compile(r"CSV parse error: Row #(\d+): Expected")
"""Of rows that have other fields than the first line, Arrow tells itself of those only that cannot
be decoded."""


def parquet_fault(error: Exception) -> str:
    """Why nothing more can be read."""
    return str(error) if isinstance(error, UnfoldsError | UnreadableError) else _NO_PARQUET


def csv_fault(error: Exception, names: Sequence[str]) -> str:
    """Why nothing more can be read of a file with such columns."""
    if isinstance(error, UnfoldsError):
        return str(error)
    if "Empty CSV" in str(error):  # Or no end of the first line.
        return "it holds no event" if names else "it is empty"
    untold = _UNTOLD.match(str(error))
    if untold or isinstance(error, UnicodeDecodeError):
        return f"its line {untold[1]} is not UTF-8" if untold else "its first line is not UTF-8"
    if "straddling" in str(error):
        return f"a line has more than {BLOCK >> 10} KiB"
    # Arrow's failures to read are OSErrors, too.
    if isinstance(error, UNREADABLE) and not isinstance(error, pa.ArrowException):
        return "it is a damaged gzip file"
    return f"it cannot be read as CSV: {error}"
