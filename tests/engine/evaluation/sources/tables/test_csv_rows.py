"""Rows of CSV with the numbers of their lines, whatever is left out."""

import pytest

from engine.store.exchange.lines import Faults
from tests.engine.evaluation.sources.tables.read import lines_of


def test_lines_are_those_of_the_file_whatever_is_left_out() -> None:
    faults = Faults()
    assert lines_of(b"a;b\n1;2\n3\n\n4;5\n6;7;8\n\n9;9\n\n", faults) == [2, 5, 8]
    assert [(fault.line, fault.reason) for fault in faults.first] == [
        (3, "it has 1 fields, where the first line has 2"),
        (6, "it has 3 fields, where the first line has 2"),
    ]


def test_lines_are_counted_on_from_batch_to_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.evaluation.sources.tables.csv_rows.BLOCK", 64)
    data = b"a,b\n" + b"1,22222222\n" * 10 + b"3\n" + b"1,22222222\n" * 10
    assert lines_of(data, Faults()) == [*range(2, 12), *range(13, 23)]


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_what_is_not_utf8_in_a_later_batch_is_told_with_its_own_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which is not the first of its batch. Arrow's own decoding left a traceback on stderr."""
    monkeypatch.setattr("engine.evaluation.sources.tables.csv_rows.BLOCK", 64)
    faults = Faults()
    read = lines_of(b"a,b\n" + b"1,22222222\n" * 12 + b"\xe9,2,3\n", faults)
    assert read == [*range(2, 14)]
    assert [(one.line, one.reason) for one in faults.first] == [(14, "it is not UTF-8")]
