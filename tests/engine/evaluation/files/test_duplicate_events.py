"""Duplicate events of a log are reported with their line numbers."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import RejectedError
from engine.evaluation.files.duplicate_events import EventIds
from engine.evaluation.files.log_reader import open_log
from tests.engine.evaluation.files.sample_files import as_csv, as_dsjson, as_parquet, refused, table

MADE = table(40)
REASON = "its event id 'e7' is a duplicate: each decision counts once"


def test_duplicate_ids_are_found_across_batches() -> None:
    ids = EventIds()
    assert ids.again(np.array([1, 0, 1, 2, 2]), ["a", "b", ""]).tolist() == [False] * 2 + [
        True, False, False,
    ]  # fmt: skip
    assert ids.again(np.array([0, 1]), ["c", "b"]).tolist() == [False, True]
    assert (ids.is_again("c"), ids.is_again("d"), ids.is_again(""), ids.is_again("")) == (
        True, False, False, False,
    )  # fmt: skip


def test_duplicate_long_ids_are_found() -> None:
    ids, long = EventIds(), "x" * 1_000
    repeated = [
        ids.is_again(one) for one in (f"{long}1", f"{long}2", f"{long}1", "x1", "\ud800" * 50)
    ]
    assert repeated == [False, False, True, False, False]


@pytest.mark.parametrize(("write", "line"), [(as_csv, 42), (as_parquet, 41), (as_dsjson, 41)])
def test_an_event_that_stands_there_twice_is_told(write: object, line: int) -> None:
    assert callable(write)
    again = MADE.take([*range(40), 7])
    assert refused(write(again)) == [(line, REASON)]


def test_overlapping_parts_are_reported_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_bytes(as_csv(MADE))
    (tmp_path / "2.csv").write_bytes(as_csv(MADE.slice(7, 2)))
    with pytest.raises(RejectedError) as error:
        list(open_log(tmp_path).batches())
    faults = [(fault.file, fault.line, fault.reason) for fault in error.value.faults]
    assert faults == [("2.csv", 2, REASON), ("2.csv", 3, REASON.replace("e7", "e8"))]
