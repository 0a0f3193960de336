"""Why a file cannot be read, or not be read on, each in a sentence."""

import re

import pyarrow as pa

from engine.errors import UnreadableError
from engine.evaluation.sources.files import UNREADABLE, LogFile, UnfoldsError
from engine.evaluation.sources.tables.csv_start import start_of

BLOCK = 1 << 18
"""Bytes of a batch of CSV, and of one row at most."""
_NO_PARQUET = "it is no whole Parquet file: it was cut, or is damaged"
FAILURES = (pa.ArrowException, UnicodeDecodeError, UnreadableError, *UNREADABLE)
"""What reading a table may raise."""
FIRST_LINE = "its first line is not UTF-8"
_UNTOLD = re.compile(r"CSV parse error: Row #(\d+): Expected")
"""Of rows that have other fields than the first line, Arrow tells itself of those only that cannot
be decoded."""


def parquet_fault(error: Exception) -> str:
    """Why nothing more can be read."""
    return str(error) if isinstance(error, UnfoldsError | UnreadableError) else _NO_PARQUET


def csv_row(error: Exception) -> int:
    """Which row Arrow says is at fault, as if no value had two lines; 0 if it says none."""
    untold = _UNTOLD.match(str(error))
    return int(untold[1]) if untold else 0


def csv_fault(error: Exception, file: LogFile) -> str:
    """Why nothing more can be read of a file, but not in which row that is (`csv_row`)."""
    if isinstance(error, UnfoldsError):
        return str(error)
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
    """Why there is none in the first batch; nor need the first line have ended in it."""
    if not start_of(file).names:
        return "it is empty"
    is_long = file.is_longer(BLOCK)
    return f"its first line has more than {BLOCK >> 10} KiB" if is_long else "it holds no event"
