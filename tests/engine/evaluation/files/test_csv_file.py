"""CSV rows with line numbers, column names, and text before the header."""

import pyarrow as pa
import pytest

from engine.evaluation.files.csv_file import correct_lines
from engine.evaluation.files.log_file import LogFile
from engine.evaluation.files.table_file import batches, head
from engine.store.exchange.untrusted_lines import Faults
from tests.engine.evaluation.files.line_numbers import lines_of


def test_lines_are_those_of_the_file_whatever_is_left_out() -> None:
    faults = Faults()
    assert lines_of(b"a;b\n1;2\n3\n\n4;5\n6;7;8\n\n9;9\n\n", faults) == [2, 5, 8]
    assert [(fault.line, fault.reason) for fault in faults.first] == [
        (3, "it has 1 fields, where the first line has 2"),
        (6, "it has 3 fields, where the first line has 2"),
    ]


def test_lines_are_counted_on_from_batch_to_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.evaluation.files.csv_file.BLOCK", 64)
    data = b"a,b\n" + b"1,22222222\n" * 10 + b"3\n" + b"1,22222222\n" * 10
    assert lines_of(data, Faults()) == [*range(2, 12), *range(13, 23)]


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_invalid_utf8_in_a_later_batch_is_reported_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The invalid line is not the first of its batch. Arrow's own decoding printed a traceback on
    stderr.
    """
    monkeypatch.setattr("engine.evaluation.files.csv_file.BLOCK", 64)
    faults = Faults()
    read = lines_of(b"a,b\n" + b"1,22222222\n" * 12 + b"\xe9,2,3\n", faults)
    assert read == [*range(2, 14)]
    assert [(one.line, one.reason) for one in faults.first] == [(14, "it is not UTF-8")]


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
    correct_lines(file, faults)
    assert read["a"].to_pylist()[-1] == b"9"
    wrong = 1 + data[: data.rindex(b"5")].replace(b"\r", b"\n").count(b"\n")
    assert [fault.line for fault in faults.first] == [wrong]


def test_names_behind_the_mark_of_a_comment_are_those_of_the_columns() -> None:
    marked, faults = b"# by NumPy\n# id,a\n3,4\n5\n6,7\n", Faults()
    assert head(LogFile("log", marked)).column_names == ["id", "a"]
    assert lines_of(marked, faults) == [3, 5]
    assert [fault.line for fault in faults.first] == [4]
    assert head(LogFile("log", b"# in May, by hand\na,b\n3,4\n")).column_names == ["a", "b"]
