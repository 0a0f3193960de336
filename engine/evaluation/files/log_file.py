"""File of a log, and its format by its first bytes."""

import gzip
import io
import json
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from engine.store.exchange import jsonl

Kind = Literal["csv", "parquet", "dsjson", "jsonl"]

_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_PEEK = 1 << 16
UNREADABLE = (OSError, EOFError, zlib.error)
"""Errors of reading a file, including damaged gzip."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file, on a disk or in memory.

    Attributes:
        name: in error messages.
        most: maximum number of rows of a table (CSV or Parquet).
    """

    name: str
    data: Path | bytes
    most: int = sys.maxsize

    def open(self) -> BinaryIO:
        """Open the stored bytes."""
        return io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data.open("rb")

    def unfolded(self) -> BinaryIO:
        """Open the bytes, decompressed if they are gzip."""
        with self.open() as file:
            is_packed = file.read(2) == _GZIP
        if not is_packed:
            return self.open()
        packed: BinaryIO = gzip.GzipFile(fileobj=self.open())  # type: ignore[assignment]
        return packed

    def beginning(self) -> str:
        """First characters, decompressed; ``""`` if none can be read."""
        with self.unfolded() as file, suppress(*UNREADABLE):
            return file.read(_PEEK).decode("utf-8-sig", errors="replace")
        return ""

    def is_longer(self, size: int) -> bool:
        """Return True if the decompressed file has more than ``size`` bytes, as far as readable."""
        with self.unfolded() as file, suppress(*UNREADABLE):
            return len(file.read(size + 1)) > size
        return False

    def first_line(self) -> str:
        """First line that is not blank, decompressed; ``""`` for none."""
        lines = io.StringIO(self.beginning(), newline="")
        return next((line.strip() for line in lines if line.strip()), "")

    @property
    def kind(self) -> Kind:
        """Format of the content; CSV, which reports errors, for unknown formats."""
        with self.open() as file:
            if file.read(4) == _PARQUET:
                return "parquet"
        line = self.first_line()
        if not line.startswith(("{", "# {")):
            return "csv"
        with suppress(ValueError, AttributeError, RecursionError):
            return "jsonl" if json.loads(line).get("format") == jsonl.FORMAT else "dsjson"
        return "dsjson"
