"""The last line of a file: how many entries it holds, and a SHA-256 of all lines before it.

It tells a file that is whole from one that was cut, put together or edited, by accident or by
hand; it is no signature: whoever wants to can make another.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

_SEAL = '{{"seal":{{"entries":{},"sha256":"{}"}}}}'
_TOLD = re.compile(r'(?:# )?\{"seal":\{"entries":(\d{1,9}),"sha256":"([0-9a-f]{64})"\}\}')


def sealed(lines: Iterable[str], before: str = "") -> Iterator[str]:
    """Lines, the first of which is no entry, and their seal, with something before it."""
    digest, entries = hashlib.sha256(), -1
    for line in lines:
        digest.update(line.encode() + b"\n")
        entries += 1
        yield line
    yield before + _SEAL.format(entries, digest.hexdigest())


class SealedLines(Iterator[tuple[int, str]]):
    """The numbered lines of a file but for its seal; says in the end whether that is of them.

    Attributes:
        has_seal: whether the file has one, or says in its first line that it had.
    """

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines, self._digest, self._count = lines, hashlib.sha256(), 0
        self._told: re.Match[str] | None = None
        self.has_seal = False

    def __next__(self) -> tuple[int, str]:
        number, line = next(self._lines)
        found = _TOLD.fullmatch(line.strip())
        if found is not None and self._told is None:
            self._told, self.has_seal = found, True
            return next(self)
        self._count += 1
        self._digest.update(line.strip().encode() + b"\n")
        return number, line

    def fault(self) -> str | None:
        """What is wrong with the file as a whole after its last line; None if it has no seal."""
        if not self.has_seal:
            return None
        if self._told is None:
            return "it ends without its seal, the last line: it was cut"
        entries, told = self._count - 1, int(self._told[1])
        if entries != told:
            return f"its seal is of {told:,} entries, but it holds {entries:,}"
        if self._told[2] != self._digest.hexdigest():
            return "its entries are not those that its seal is of: they were edited or reordered"
        return None
