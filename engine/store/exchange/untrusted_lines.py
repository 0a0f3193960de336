"""Lines of files: writing as gzip, and reading from untrusted files."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from engine.errors import Fault, RejectedError

STEP = 100
"""Lines written, or entries read, in one step."""
MAX_LINE = 1 << 20
"""Largest number of bytes in a line."""
MAX_LINES = 1_000_000
"""Largest number of lines in a file."""
MAX_LISTED = 20
"""Faults listed individually."""
EXPANSION = 30
"""Largest expansion factor of a compressed file."""
GZIP = b"\x1f\x8b"
"""First bytes of a compressed file."""


def write_lines_steps(lines: Iterable[str], file: BinaryIO) -> Iterator[None]:
    """Write lines as gzip; yields every `STEP` lines."""
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=3, mtime=0) as packed:
        for number, line in enumerate(lines, 1):
            packed.write(line.encode() + b"\n")
            if number % STEP == 0:
                yield


class Faults:
    """Faults found in files.

    Attributes:
        file: name of the current file, if there are several.
        is_ended: whether a fault ended the reading of a file.

    Args:
        refused_action: word for the action refused because of faults.
    """

    def __init__(self, refused_action: str = "imported") -> None:
        self.first: list[Fault] = []
        self.total, self.file, self.is_ended = 0, "", False
        self._refused_action = refused_action

    def add(self, line: int, reason: str) -> None:
        """Record a fault."""
        self.total += 1
        if len(self.first) < MAX_LISTED:
            self.first.append(Fault(line, reason.rstrip("."), self.file))

    def end(self, line: int, reason: str) -> None:
        """Record a fault that ends the reading of the file."""
        self.add(line, reason)
        self.is_ended = True

    def rejection(self) -> RejectedError:
        """Error listing the faults; without any, the error for a file without events."""
        if not self.total:
            self.add(0, "it holds no event")
        return RejectedError(self.first, self.total, self._refused_action)


def numbered_lines(
    file: BinaryIO, max_mib: int, faults: Faults, max_lines: int = MAX_LINES
) -> Iterator[tuple[int, str]]:
    """Yield the nonempty lines of a file, plain or gzip, with numbers from 1.

    Undecodable lines become faults; reading ends after an overlong one.

    Args:
        max_mib: largest size of the file, in MiB.
        max_lines: largest number of lines.

    Raises:
        RejectedError: for a larger file.
    """
    size = file.seek(0, io.SEEK_END)
    if size > max_mib << 20:
        faults.add(0, f"it has {size / 2**20:,.0f} MiB, but at most {max_mib:,} are allowed")
        raise faults.rejection()
    file.seek(0)
    is_gzip = file.read(2) == GZIP
    file.seek(0)
    source: BinaryIO = gzip.GzipFile(fileobj=file) if is_gzip else file  # type: ignore[assignment]
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
            if number > max_lines:
                faults.add(0, f"it has more than {max_lines:,} lines")
                return
            try:
                if line.strip():
                    yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                faults.add(number, "it is not UTF-8")
    except (OSError, EOFError, zlib.error):
        faults.add(0, "it is a damaged gzip file")
