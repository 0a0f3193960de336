"""Files that are no tables, each told in one sentence."""

import gzip

import pytest

from engine.errors import RejectedError
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables.table import head
from tests.engine.evaluation.sources.made import as_csv, as_parquet, table


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (as_parquet(table())[:-100], "it is no whole Parquet file: it was cut, or is damaged"),
        (b"PAR1", "it is no whole Parquet file: it was cut, or is damaged"),
        (b"", "it is empty"),
        (b"[\n{}\n]", "it is a list in JSON: each event stands on a line of its own"),
        (b"a,b\n", "it holds no event"),
        (b"a,b", "it holds no event"),
        ("a,b\n1,2\n".encode("utf-16"), "it is no text in UTF-8, but in UTF-16, or none"),
        (b"a\n\xe9,2\n", "line 2: it is not UTF-8"),
        (b'a\n"1\n2",3\n4,5\n', "line 2: it has 2 fields, where the first line has 1. 1 more"),
        (b"a,b\n1\n", "line 2: it has 1 fields, where the first line has 2"),
        (b"a,b,a\n1,2,3\n", "it has two columns that are called 'a'"),
        (b"PK\x03\x04" + b"\x00" * 99, "it is a workbook, or packed: save its sheet as CSV"),
        (gzip.compress(as_csv(table()), mtime=0)[:-20], "it is a damaged gzip file"),
        (b"a,\xe9\n1,2\n", "its first line is not UTF-8"),
        (b"a" * 600_000, "its first line has more than 256 KiB"),
        (b"a" * 600_000 + b"\n1\n", "its first line has more than 256 KiB"),
        (b"a,b\n1," + b"2" * 600_000 + b"\n", "a line has more than 256 KiB"),
    ],
)
def test_what_is_no_table_is_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(RejectedError, match=f"Nothing was evaluated: {reason}"):
        head(LogFile("log", data))
