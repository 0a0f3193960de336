"""Seal: last line of a file, with the number of entries and a SHA-256 of the lines before it.

It detects files cut, merged or edited, by accident or by hand. It is no signature: anybody can
compute another.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

_SEAL = '{{"seal":{{"entries":{},"sha256":"{}"}}}}'
_SEAL_LINE = re.compile(r'(?:# )?\{"seal":\{"entries":(\d{1,9}),"sha256":"([0-9a-f]{64})"\}\}')


def sealed(lines: Iterable[str], before: str = "") -> Iterator[str]:
    """Yield lines, the first of which is no entry, then their seal after a prefix."""
    digest, entries = hashlib.sha256(), -1
    for line in lines:
        digest.update(line.encode() + b"\n")
        entries += 1
        yield line
    yield before + _SEAL.format(entries, digest.hexdigest())


class SealedLines(Iterator[tuple[int, str]]):
    """Numbered lines of a file without its seal, which is checked at the end.

    Attributes:
        has_seal: whether the file has a seal, or announces one in its first line.
    """

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines, self._digest, self._count = lines, hashlib.sha256(), 0
        self._seal: re.Match[str] | None = None
        self.has_seal = False

    def __next__(self) -> tuple[int, str]:
        number, line = next(self._lines)
        match = _SEAL_LINE.fullmatch(line.strip())
        if match is not None and self._seal is None:
            self._seal, self.has_seal = match, True
            return next(self)
        self._count += 1
        self._digest.update(line.strip().encode() + b"\n")
        return number, line

    def fault(self) -> str | None:
        """Fault of the file as a whole after its last line; None without a seal."""
        if not self.has_seal:
            return None
        if self._seal is None:
            return "it ends without its seal, the last line: it was cut"
        entries, expected = self._count - 1, int(self._seal[1])
        if entries != expected:
            return f"its seal is of {expected:,} entries, but it holds {entries:,}"
        if self._seal[2] != self._digest.hexdigest():
            return "its entries are not those that its seal is of: they were edited or reordered"
        return None
