"""Bars of reasons and of fields: their axes hold the intervals."""

import pyarrow as pa

from pages.parts.charts.reasons import ends_of, reach_of

ROWS = pa.table({"value": [1.0, -2.0, 0.5], "low": [-9.0, -3.0, None], "high": [11.0, -1.0, None]})


def test_the_axis_of_reasons_holds_every_interval() -> None:
    assert reach_of(ROWS, 1.0) >= 11
    assert reach_of(ROWS.select(["value"]), 1.0) >= 2
    assert reach_of(ROWS.select(["value"]), 40.0) >= 10, "a quarter of the rewards' size"


def test_the_axis_of_fields_holds_every_interval() -> None:
    low, high = ends_of(ROWS, 1.0)
    assert low <= -9
    assert high >= 11
