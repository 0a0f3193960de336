"""Rows of files with the numbers of their lines, and files that are no tables."""

import gzip
from collections.abc import Callable
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.errors import RejectedError
from engine.evaluation.sources.files import LogFile
from engine.evaluation.sources.tables import batches, head, tell_lines
from engine.store.exchange.lines import Faults
from tests.engine.evaluation.sources.made import as_csv, as_parquet, table


def lines_of(data: bytes, faults: Faults) -> list[int]:
    found = batches(LogFile("log", data), ["a"], faults)
    return list(chain.from_iterable(batch.lines.tolist() for batch in found))


def test_lines_are_those_of_the_file_whatever_is_left_out() -> None:
    faults = Faults()
    assert lines_of(b"a;b\n1;2\n3\n\n4;5\n6;7;8\n\n9;9\n\n", faults) == [2, 5, 8]
    assert [(fault.line, fault.reason) for fault in faults.first] == [
        (3, "it has 1 fields, where the first line has 2"),
        (6, "it has 3 fields, where the first line has 2"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b'a,b\n"1\n2",3\n9,4\n5\n',
        b'\n# by hand, in May\na|b\n1|"3\n"\n9|4\n5\n',
        b'a;b\r"1\r",3\r9;4\r5\r'.replace(b",", b";"),
    ],
)
def test_a_line_is_that_of_the_file_where_values_have_several(data: bytes) -> None:
    faults = Faults()
    file = LogFile("log", data)
    read = pa.concat_tables(
        [pa.Table.from_batches([batch.rows]) for batch in batches(file, ["a"], faults)]
    )
    assert list(tell_lines(file, faults)) == []
    assert read["a"].to_pylist()[-1] == b"9"
    wrong = 1 + data[: data.rindex(b"5")].replace(b"\r", b"\n").count(b"\n")
    assert [fault.line for fault in faults.first] == [wrong]


def test_names_behind_the_mark_of_a_comment_are_those_of_the_columns() -> None:
    marked, faults = b"# by NumPy\n# id,a\n3,4\n5\n6,7\n", Faults()
    assert head(LogFile("log", marked)).column_names == ["id", "a"]
    assert lines_of(marked, faults) == [3, 5]
    assert [fault.line for fault in faults.first] == [4]
    assert head(LogFile("log", b"# in May, by hand\na,b\n3,4\n")).column_names == ["a", "b"]


def test_lines_are_counted_on_from_batch_to_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.evaluation.sources.tables._BLOCK", 64)
    data = b"a,b\n" + b"1,22222222\n" * 10 + b"3\n" + b"1,22222222\n" * 10
    assert lines_of(data, Faults()) == [*range(2, 12), *range(13, 23)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (as_parquet(table())[:-100], "it is no whole Parquet file: it was cut, or is damaged"),
        (b"PAR1", "it is no whole Parquet file: it was cut, or is damaged"),
        (b"", "it is empty"),
        (b"[\n{}\n]", "it is a list in JSON: each event stands on a line of its own"),
        (b"a,b\n", "it holds no event"),
        (b"a,b,a\n1,2,3\n", "it has two columns that are called 'a'"),
        (b"PK\x03\x04" + b"\x00" * 99, "it is a workbook, or packed: save its sheet as CSV"),
        (gzip.compress(as_csv(table()), mtime=0)[:-20], "it is a damaged gzip file"),
        (b"a,\xe9\n1,2\n", "its first line is not UTF-8"),
        (b"a,b\n1," + b"2" * 600_000 + b"\n", "a line has more than 256 KiB"),
    ],
)
def test_what_is_no_table_is_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(RejectedError, match=f"Nothing was evaluated: {reason}"):
        head(LogFile("log", data))


@pytest.mark.parametrize("write", [partial(as_csv, pack=True), as_parquet])
def test_what_unfolds_to_too_much_is_one_sentence(write: Callable[[pa.Table], bytes]) -> None:
    data = write(pa.table({"a": pa.array(np.zeros(1_000_000, dtype=np.int64))}))
    assert len(data) < 20_000
    reason = "it unfolds to more than 1 MiB, the most allowed"
    faults = Faults()
    assert len(list(batches(LogFile("log", data, 64 << 20), ["a"], faults))) > 1
    assert not faults.total
    list(batches(LogFile("log", data, 1 << 20), ["a"], faults))
    assert [fault.reason for fault in faults.first] == [reason]


def test_a_text_that_comes_again_and_again_takes_no_more_room_than_in_the_file() -> None:
    data = as_parquet(pa.table({"a": ["x" * 100_000] * 10_000}))
    faults = Faults()
    read = list(batches(LogFile("log", data, 1 << 20), ["a"], faults))
    assert (len(read), faults.total) == (2, 0)


@pytest.mark.parametrize("write", [as_csv, as_parquet])
def test_a_file_has_no_more_columns_than_can_be_told_apart(
    write: Callable[[pa.Table], bytes],
) -> None:
    data = write(pa.table({f"c{n}": [1] for n in range(1_001)}))
    with pytest.raises(RejectedError, match="it has 1,001 columns, but at most 1,000 are allowed"):
        head(LogFile("log", data))


def test_a_parquet_file_that_is_damaged_inside_is_told_with_the_row() -> None:
    sink = pa.BufferOutputStream()
    made = pa.table({"a": [str(n) for n in range(70_000)]})
    parquet.write_table(made, sink, row_group_size=66_000, compression="snappy")
    data = bytearray(sink.getvalue().to_pybytes())
    second = parquet.ParquetFile(pa.BufferReader(bytes(data))).metadata.row_group(1).column(0)
    data[second.dictionary_page_offset : second.dictionary_page_offset + 40] = b"\xff" * 40
    faults = Faults()
    lines_of(bytes(data), faults)
    (fault,) = faults.first
    assert fault.line == 65_537


def test_values_of_one_width_take_the_room_of_that_width() -> None:
    made = pa.table({"a": pa.array([b"x" * 4_096] * 10_000, pa.binary(4_096))})
    data = as_parquet(made)
    assert len(data) < 100_000
    faults = Faults()
    list(batches(LogFile("log", data, 1 << 20), ["a"], faults))
    assert [fault.reason[:14] for fault in faults.first] == ["it unfolds to "]
