"""The type of a file is detected from its first bytes."""

import gzip

import pytest

from engine.evaluation.files.log_file import LogFile


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PAR1...", "parquet"),
        (b"a,b\n1,2", "csv"),
        (gzip.compress(b"a,b\n", mtime=0), "csv"),
        (b'{"_label_cost": 0}\n', "dsjson"),
        (b'\xef\xbb\xbf# {"format": "x"}\n', "dsjson"),
        (gzip.compress(b'{"format": "personalizer-playground-loop"}\n', mtime=0), "jsonl"),
        (b"{broken", "dsjson"),
        (b'{"a":' * 5_000, "dsjson"),
        (gzip.compress(b"a,b\n", mtime=0)[:12], "csv"),
        (b"", "csv"),
    ],
)
def test_the_kind_of_a_file(data: bytes, kind: str) -> None:
    assert LogFile("log", data).kind == kind


def test_the_size_limit_applies_to_unpacked_data() -> None:
    for data in (b"a" * 100, gzip.compress(b"a" * 100, mtime=0)):
        assert LogFile("log", data).is_longer(99)
        assert not LogFile("log", data).is_longer(100)
    assert not LogFile("log", gzip.compress(b"a" * 100, mtime=0)[:-9]).is_longer(100)
