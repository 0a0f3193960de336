"""Files of logs: where they are, and what is in them by their first bytes."""

import gzip
import io
import json
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from engine.store.exchange import jsonl

Kind = Literal["csv", "parquet", "dsjson", "jsonl"]

_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_PEEK = 1 << 16
UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a file may raise, damaged gzip among it."""


class UnfoldsError(OSError):
    """A small file that unfolds to more than it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it unfolds to more than {most / 2**20:,.0f} MiB, the most allowed")


class _Bounded(io.RawIOBase):
    """Bytes as they are unfolded, up to a bound."""

    def __init__(self, source: BinaryIO, most: int) -> None:
        super().__init__()
        self._source, self._most, self._left = source, most, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._source.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            raise UnfoldsError(self._most)
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._source.close()
        super().close()


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file, on a disk or in memory.

    Attributes:
        name: as faults name it.
        most: bytes that it may unfold to.
    """

    name: str
    data: Path | bytes
    most: int = sys.maxsize

    def open(self) -> BinaryIO:
        """Its bytes as they are stored."""
        return io.BytesIO(self.data) if isinstance(self.data, bytes) else self.data.open("rb")

    def unfolded(self) -> BinaryIO:
        """Its bytes, unfolded if they are gzip."""
        with self.open() as file:
            is_packed = file.read(2) == _GZIP
        if not is_packed:
            return self.open()
        packed: BinaryIO = gzip.GzipFile(fileobj=self.open())  # type: ignore[assignment]
        return io.BufferedReader(_Bounded(packed, self.most), _PEEK)

    def beginning(self) -> str:
        """Its first characters, unfolded; ``""`` if there are none that can be read."""
        with self.unfolded() as file, suppress(*UNREADABLE):
            return file.read(_PEEK).decode("utf-8-sig", errors="replace")
        return ""

    def is_longer(self, size: int) -> bool:
        """Whether it has more bytes than that, unfolded, as far as it can be read."""
        with self.unfolded() as file, suppress(*UNREADABLE):
            return len(file.read(size + 1)) > size
        return False

    def first_line(self) -> str:
        """Its first line with anything in it, unfolded; ``""`` if there is none."""
        lines = io.StringIO(self.beginning(), newline="")
        return next((line.strip() for line in lines if line.strip()), "")

    @property
    def kind(self) -> Kind:
        """What is in it; whatever is nothing else is read as CSV, and refused there."""
        with self.open() as file:
            if file.read(4) == _PARQUET:
                return "parquet"
        line = self.first_line()
        if not line.startswith(("{", "# {")):
            return "csv"
        with suppress(ValueError, AttributeError, RecursionError):
            return "jsonl" if json.loads(line).get("format") == jsonl.FORMAT else "dsjson"
        return "dsjson"
