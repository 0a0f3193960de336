"""Lines of a file: too many, too long, no text."""

import gzip
import io
import json

import pytest

from engine.errors import RejectedError
from engine.store import LoopLibrary
from engine.store.exchange.loop_import import import_file
from engine.store.exchange.untrusted_lines import MAX_LINE, MAX_LINES, Faults, numbered_lines
from tests.engine.store.exchange.files import GOOD_ROW, file_of, rejected


@pytest.mark.slow
def test_large_things_are_refused(library: LoopLibrary, lines: list[str]) -> None:
    long_line = b'{"kind":"' + b"x" * (3 * MAX_LINE)
    with pytest.raises(RejectedError, match="has 4 MiB, but at most 1"):
        import_file(library, file_of(*lines, long_line, long_line[: MAX_LINE // 2]), "other")
    packed = file_of(*lines, long_line, lines[2], pack=True)
    error = rejected(library, packed)
    assert error.faults[0].reason == "it is longer than 1 MiB"
    assert error.faults[0].line == len(lines) + 1
    bomb = io.BytesIO(gzip.compress(lines[0].encode() + (b" " * 999 + b"\n") * 40_000))
    assert "unfolds to more than" in rejected(library, bomb).message
    many = io.BytesIO(gzip.compress(lines[0].encode() + b"\n" * (MAX_LINES + 1)))
    assert "more than 1,000,000 lines" in rejected(library, many).message
    row = json.dumps(GOOD_ROW).encode() + b" " * (2 << 20)
    with pytest.raises(RejectedError, match="but at most 1 are allowed"):
        import_file(library, io.BytesIO(row), "other")


def test_a_line_is_unfolded_no_further_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    readline = gzip.GzipFile.readline

    def counted(self: gzip.GzipFile, size: int | None = -1) -> bytes:
        nonlocal read
        line = readline(self, size)
        read += len(line)
        return line

    monkeypatch.setattr(gzip.GzipFile, "readline", counted)
    faults = Faults()
    bomb = io.BytesIO(gzip.compress(b"x" * (20 * MAX_LINE)))
    assert list(numbered_lines(bomb, 1, faults)) == []
    assert (faults.total, read) == (1, MAX_LINE + 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04\x14\xff\n\xff\n", "it is a workbook, or packed"),
        (b"\xd0\xcf\x11\xe0\xa1\n", "it is a workbook, or packed"),
        (b"\x89PNG\r\n\xff\n\xff\n", "it is not text in UTF-8"),
        (b"who,A,B\n", "line 1: it is a table or another text, not JSON: open a log on Evaluate"),
        (b'{\n "title": "Bank"\n}\n', "line 1: it is JSON over several lines: if it is a world"),
        (b'{"kind" 1}\n', "line 1: it is not JSON at column 9: a colon is expected"),
    ],
)
def test_a_file_of_another_kind_is_told_what_a_loop_comes_as(
    library: LoopLibrary, data: bytes, reason: str
) -> None:
    error = rejected(library, io.BytesIO(data))
    assert error.message.startswith(f"Nothing was imported: {reason}")
    assert error.message.endswith(
        ". An exported session is JSON Lines or dsjson, plain or as gzip."
    )


def test_bytes_that_are_no_text_are_refused(library: LoopLibrary, lines: list[str]) -> None:
    assert "not UTF-8" in rejected(library, file_of(*lines, b"\xff\xfe")).message
    cut = gzip.compress("\n".join(lines).encode())[:-20]
    assert "damaged gzip" in rejected(library, io.BytesIO(cut)).message
    for nothing in (b"", b"\n\n", b"\x1f\x8b", b"\x00"):
        rejected(library, io.BytesIO(nothing))
