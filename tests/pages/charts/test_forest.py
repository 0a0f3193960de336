"""Forest plot of a log, and other charts of marks with or without intervals."""

from typing import Any

from pages.parts.charts.comparison import outlook_spec
from pages.parts.charts.forest import ESTIMATE, NAIVE, forest_spec
from pages.parts.charts.race import finals_spec, segments_spec
from pages.parts.charts.reasons import gap_spec

INTERVAL = {"low", "high"}


def tooltips(spec: dict[str, Any], *marked: str) -> list[tuple[bool, set[str]]]:
    """Return for each layer with tooltips: True if a filter of ``marked`` applies, and the
    tooltips' fields."""
    layers = [layer for layer in spec["layer"] if layer["encoding"].get("tooltip")]
    return [
        (
            any(mark in str(layer.get("transform")) for mark in marked),
            {tip["field"] for tip in layer["encoding"]["tooltip"]},
        )
        for layer in layers
    ]


def test_only_what_has_an_interval_tells_one() -> None:
    forest = forest_spec(False, 1, (0.0, 1.0), (NAIVE, ESTIMATE), (0,))
    forest_tips = tooltips(forest, "isValid(datum.low)", f"=== '{ESTIMATE}'")
    assert [has_one for has_one, _ in forest_tips] == [True, True, False]
    parts = tooltips(gap_spec(False, 3, 1.0, "Latte", "Tea"), "'isValid(datum.low)'")
    assert [has_one for has_one, _ in parts] == [True, False]
    for has_one, fields in (*forest_tips, *parts):
        assert (fields & INTERVAL == INTERVAL) == has_one
    outlook = tooltips(outlook_spec(False), "'isValid(datum.point)'")
    assert [has_middle for has_middle, _ in outlook] == [False, True, True]
    for has_middle, fields in outlook:
        assert ("point" in fields) == has_middle
    for one_run in (True, False):
        ours = (("ours", "Ours"),)
        finals = finals_spec(False, 1.0, ours, one_run=one_run)
        segments = segments_spec(False, 3, 1.0, ours, one_run)
        for spec in (finals, segments):
            assert ("'field': 'low', 'format'" in str(spec)) != one_run


def test_an_interval_beyond_the_axis_ends_in_an_arrow() -> None:
    layers = forest_spec(False, 1, (-1.0, 2.0), (NAIVE, ESTIMATE), (0,))["layer"]
    arrows = {
        layer["mark"]["shape"]: (str(layer["transform"]), layer["encoding"]["x"]["datum"])
        for layer in layers
        if "datum" in layer["encoding"].get("x", {})
    }
    assert {head: end for head, (_, end) in arrows.items()} == {
        "triangle-left": -1, "triangle-right": 2,
    }  # fmt: skip
    assert "(datum.low < -1" in arrows["triangle-left"][0]
    assert "(datum.high > 2" in arrows["triangle-right"][0]
