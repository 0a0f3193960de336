"""Lines of files, out as gzip, and in from a file that anybody may have made."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from engine.errors import Fault, RejectedError

STEP = 100
"""Lines that are written, or entries read, before others may have their turn."""
MAX_LINE = 1 << 20
"""Bytes of one line."""
MAX_LINES = 1_000_000
"""Lines of one file."""
SHOWN = 20
"""Faults that are told one by one."""
EXPANSION = 30
"""How many times its size a compressed file may unfold to."""
_GZIP = b"\x1f\x8b"


def writing_lines(lines: Iterable[str], file: BinaryIO) -> Iterator[None]:
    """Write lines as gzip; yields every `STEP` lines."""
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as packed:
        for number, line in enumerate(lines, 1):
            packed.write(line.encode() + b"\n")
            if number % STEP == 0:
                yield


class Faults:
    """Faults as they are found.

    Attributes:
        file: the name of the file that is read, where there are several.
        is_ended: whether a fault ended the reading of a file.

    Args:
        undone: what is not done with a file that has faults.
    """

    def __init__(self, undone: str = "imported") -> None:
        self.first: list[Fault] = []
        self.total, self.file, self.is_ended = 0, "", False
        self._undone = undone

    def add(self, line: int, reason: str) -> None:
        """Note a fault."""
        self.total += 1
        if len(self.first) < SHOWN:
            self.first.append(Fault(line, reason.rstrip("."), self.file))

    def end(self, line: int, reason: str) -> None:
        """Note a fault after which a file cannot be read on."""
        self.add(line, reason)
        self.is_ended = True

    def rejection(self) -> RejectedError:
        """The error that says them; without any, that the file holds no event."""
        if not self.total:
            self.add(0, "it holds no event")
        return RejectedError(self.first, self.total, self._undone)


def numbered_lines(
    file: BinaryIO, most: int, faults: Faults, most_lines: int = MAX_LINES
) -> Iterator[tuple[int, str]]:
    """Lines of a file with their numbers from 1, empty ones left out; gzip is unfolded.

    Lines that cannot be read become faults; nothing is read after one that is too long.

    Args:
        most: MiB that the file may have.
        most_lines: that it may have.

    Raises:
        RejectedError: if it has more.
    """
    size = file.seek(0, io.SEEK_END)
    if size > most << 20:
        faults.add(0, f"it has {size / 2**20:,.0f} MiB, but at most {most:,} are allowed")
        raise faults.rejection()
    file.seek(0)
    packed = file.read(2) == _GZIP
    file.seek(0)
    source: BinaryIO = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
    budget = max(size, MAX_LINE) * EXPANSION
    try:
        for number, line in enumerate(iter(lambda: source.readline(MAX_LINE + 1), b""), 1):
            budget -= len(line)
            if len(line) > MAX_LINE:
                faults.add(number, "it is longer than 1 MiB")
                return
            if budget < 0:
                faults.add(0, f"it unfolds to more than {EXPANSION} times its size")
                return
            if number > most_lines:
                faults.add(0, f"it has more than {most_lines:,} lines")
                return
            try:
                if line.strip():
                    yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                faults.add(number, "it is not UTF-8")
    except (OSError, EOFError, zlib.error):
        faults.add(0, "it is a damaged gzip file")
