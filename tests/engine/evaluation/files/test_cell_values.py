"""Columns of any type become arrays."""

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from engine.evaluation.files.cell_values import CheckedRows, Written, numbers, times, words
from engine.store.exchange.untrusted_lines import Faults

MOMENT = np.datetime64("2026-01-02T02:00:00", "us")


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, None, 0]),
        pa.array([True, None, False]),
        pa.array(["1", "n/a", " 0 "]),
        pa.array([b"1.0", b"", b"0"]),
        pa.array(["1", None, "0"]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_numbers_are_read_and_missing_ones_are_none(column: object) -> None:
    rows = CheckedRows(np.arange(3))
    np.testing.assert_array_equal(numbers(column, "reward", (0.0, 1.0), rows), [1, np.nan, 0])
    assert rows.good.all()


@pytest.mark.parametrize(
    ("batches", "high", "told"),
    [
        ([["50%", "0", "yes", "7 %"]], 1, []),
        ([["50%", "0.5"]], 1, ["its reward is 0.5, where others are in percent"]),
        ([["0", "1"], ["1%"]], 1, ["its reward is 0.01 in percent, where others are not"]),
        ([["1%"], ["1"]], 1, ["its reward is 1, where others are in percent"]),
        (
            [["50%", "50"]],
            100,
            ["its reward is '50%', but of what may be more than 1 nothing is read in percent"],
        ),
        ([["1,000", "1,000"]], 1, []),
        ([["1,234", "7"], ["0,500"]], 20_000, []),
        (
            [["7"], ["1,234", "5"]],
            20_000,
            [
                "its reward '1,234' may be 1234 or 1.234, and nothing in its column tells which: "
                "write such numbers without a comma, or with a point"
            ],
        ),
    ],
)
def test_a_column_is_read_in_one_way_or_refused(
    batches: list[list[str]], high: float, told: list[str]
) -> None:
    written, faults = Written(), Faults()
    for batch in batches:
        rows = CheckedRows(np.arange(len(batch)), decimal_comma=True, written=written)
        numbers(pa.array(batch), "reward", (0.0, high), rows)
        rows.report(faults)
    written.end(faults)
    assert [fault.reason for fault in faults.first] == told


def test_words_are_places_in_those_that_occur() -> None:
    codes, texts = words(pa.array([7, None, 7]), CheckedRows(np.arange(3)))
    assert [texts[code] for code in codes] == ["7", "", "7"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([datetime(2026, 1, 2, 2)]),
        pa.array(["2026-01-02T02:00:00"]),
        pa.array([b"2026-01-02 03:00:00+01:00"]),
        pa.array([datetime(2026, 1, 2, 2)], pa.timestamp("ms", "America/Lima")),
    ],
    ids=lambda column: str(column.type),
)
def test_times_are_in_utc(column: object) -> None:
    assert times(column, CheckedRows(np.arange(1))) == MOMENT


def test_of_a_files_words_those_of_the_batch_are_read() -> None:
    whole = pa.array([f"event {i}" for i in range(5)]).dictionary_encode()
    assert words(whole.slice(3, 2), CheckedRows(np.arange(2)))[1] == ["event 3", "event 4", ""]


def test_days_are_times_and_words_are_none() -> None:
    assert times(pa.array([date(2026, 1, 2)]), CheckedRows(np.arange(1))) < MOMENT
    rows = CheckedRows(np.arange(1))
    times(pa.array(["soon"]), rows)
    assert not rows.good.any()


def test_lists_and_objects_are_neither_words_nor_numbers() -> None:
    for column in (pa.array([["a"], ["b"]]), pa.array([{"x": 1}, {"x": 2}])):
        rows, faults = CheckedRows(np.arange(1, 3)), Faults()
        words(column, rows)
        rows.report(faults)
        assert [fault.line for fault in faults.first] == [1, 2]
        assert faults.first[0].reason.endswith("is a list or object, not a value")
