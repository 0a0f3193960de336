"""Files of logs: where they are, and what is in them by their first bytes."""

import gzip
import io
import json
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
"""What reading a file may raise, damaged gzip among it."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file, on a disk or in memory.

    Attributes:
        name: as faults name it.
    """

    name: str
    data: Path | bytes

    @classmethod
    def at(cls, path: Path) -> "LogFile":
        """A file on a disk."""
        return cls(path.name, path)

    def open(self) -> BinaryIO:
        """Its bytes as they are stored."""
        return io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data.open("rb")

    def unfolded(self) -> BinaryIO:
        """Its bytes, unfolded if they are gzip."""
        with self.open() as file:
            is_packed = file.read(2) == _GZIP
        return gzip.open(self.open()) if is_packed else self.open()  # type: ignore[return-value]

    def first_line(self) -> str:
        """Its first line, unfolded; ``""`` if there is none that can be read."""
        with self.unfolded() as file, suppress(*UNREADABLE):
            return file.readline(_PEEK).decode("utf-8-sig", errors="replace").strip()
        return ""

    @property
    def kind(self) -> Kind:
        """What is in it; whatever is nothing else is read as CSV, and refused there."""
        with self.open() as file:
            if file.read(4) == _PARQUET:
                return "parquet"
        line = self.first_line()
        if not line.startswith(("{", "#")):
            return "csv"
        with suppress(ValueError, AttributeError):
            return "jsonl" if json.loads(line).get("format") == jsonl.FORMAT else "dsjson"
        return "dsjson"
