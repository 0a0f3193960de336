"""What is in a file is told by its first bytes."""

import gzip

import pytest

from engine.evaluation.sources.files import LogFile


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
        (gzip.compress(b"a,b\n", mtime=0)[:12], "csv"),
        (b"", "csv"),
    ],
)
def test_the_kind_of_a_file(data: bytes, kind: str) -> None:
    assert LogFile("log", data).kind == kind
