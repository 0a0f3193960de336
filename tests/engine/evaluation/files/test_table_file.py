"""Table files of either kind have limits; files that are no tables are refused in one sentence."""

import gzip
from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from engine.errors import RejectedError
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.table_file import batches, head
from engine.store.exchange.untrusted_lines import Faults
from tests.engine.evaluation.files.sample_files import as_csv, as_parquet, table


@pytest.mark.parametrize("write", [partial(as_csv, pack=True), as_csv, as_parquet])
def test_a_table_with_more_rows_than_allowed_is_one_sentence(
    write: Callable[[pa.Table], bytes],
) -> None:
    data = write(pa.table({"a": pa.array(np.zeros(200_000, dtype=np.int64))}))
    faults = Faults()
    assert len(list(batches(LogFile("log", data, 200_000), ["a"], faults))) > 1
    assert not faults.total
    list(batches(LogFile("log", data, 100_000), ["a"], faults))
    assert [fault.reason for fault in faults.first] == [
        "it has more than 100,000 rows, the most allowed"
    ]


def test_lines_without_a_row_count_among_them() -> None:
    faults = Faults()
    list(batches(LogFile("log", b"a,b\n" + b"\n" * 600_000, 100_000), ["a"], faults))
    assert faults.is_ended


@pytest.mark.parametrize("write", [as_csv, as_parquet])
def test_a_file_has_no_more_columns_than_can_be_told_apart(
    write: Callable[[pa.Table], bytes],
) -> None:
    data = write(pa.table({f"c{n}": [1] for n in range(1_001)}))
    with pytest.raises(RejectedError, match="it has 1,001 columns, but at most 1,000 are allowed"):
        head(LogFile("log", data))


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
def test_files_without_a_table_are_refused_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(RejectedError, match=f"Nothing was evaluated: {reason}"):
        head(LogFile("log", data))
