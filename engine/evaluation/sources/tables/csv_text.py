"""Bytes of a CSV file as valid UTF-8, with a mark in place of what is none.

Arrow decodes a row with too many fields before it calls the handler of such rows, and what fails
there goes to the standard error as a traceback that nobody can catch.
"""

import codecs
import io
from typing import Any, BinaryIO

NO_TEXT = "\ufdd0"
"""Stands for bytes that are no UTF-8: a noncharacter, which texts do not hold."""
_HANDLER = "personalizer-playground-no-text"


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return NO_TEXT, error.end


codecs.register_error(_HANDLER, _mark)


class Marked(io.RawIOBase):
    """The bytes of a file, in which `NO_TEXT` stands for those that are no UTF-8."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source, self._ready = source, b""
        self._decoder = codecs.getincrementaldecoder("utf-8")(_HANDLER)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            part = self._source.read(len(buffer))
            self._ready = self._decoder.decode(part, final=not part).encode()
            if not part:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def close(self) -> None:
        self._source.close()
        super().close()
