"""Panels: parts of a page in one element each."""

import math
from pathlib import Path

import pyarrow as pa
import streamlit as st

from pages.parts.components.scene_view import vega
from pages.parts.components.scene_view.panel_parts import (
    chart,
    heading,
    numbers,
    panel,
    small,
    words,
)
from tests.score import number_in, texts_in

SPEC = {"height": 100, "mark": "bar"}


def bars(*values: float | None) -> pa.Table:
    return pa.table({"value": list(values)})


def test_texts_consist_of_plain_and_bold_pieces() -> None:
    shown = panel(heading("Hm"), words("**Two** of <b>three</b>"), small("as it is"))
    assert [part["kind"] for part in shown.parts] == ["heading", "words", "small"]
    assert shown.parts[1]["pieces"] == [("Two", True), (" of <b>three</b>", False)]
    assert texts_in(shown.parts) == ["Hm", "Two of <b>three</b>", "as it is"]


def test_what_is_not_there_is_no_part_of_it() -> None:
    assert panel(None, numbers({"Visitors": "3"}), None).parts == [
        {"kind": "numbers", "numbers": [("Visitors", "3")]}
    ]
    assert number_in(panel(numbers({"Visitors": "3"})).parts, "Visitors") == "3"
    assert number_in(panel().parts, "Visitors") is None


def test_a_chart_can_be_taken_along_and_says_what_it_shows() -> None:
    shown = panel(chart(bars(1.0, 0.5), SPEC, "bars", "Two bars: 1 and 0.5", dark=True))
    (part,) = shown.parts
    assert part["rows"] == [{"value": 1.0}, {"value": 0.5}]
    assert part["alt"] == "Two bars: 1 and 0.5"
    figure = shown.figures["bars"]
    assert (figure.title, figure.spec, figure.dark) == ("Two bars", SPEC, True)


def test_nan_and_infinity_become_null() -> None:
    told, _ = chart(bars(math.nan, math.inf, None, 2.0), SPEC, "bars", "Bars", dark=False)
    assert told["rows"] == [{"value": None}, {"value": None}, {"value": None}, {"value": 2.0}]


def test_a_specification_travels_once() -> None:
    first, then = (panel(chart(bars(n), SPEC, "bars", "Bars", dark=False)) for n in (1.0, 2.0))
    another = panel(chart(bars(2.0), {**SPEC, "mark": "line"}, "bars", "Bars", dark=False))
    assert first.but(None) == list(first.parts)
    (told,) = then.but(first)
    assert "spec" not in told
    assert told["rows"] == [{"value": 2.0}]
    assert another.but(first) == list(another.parts)


def test_streamlit_still_has_a_script_that_loads_vega() -> None:
    path = Path(st.__file__).parent / "static" / vega().lstrip("/")
    assert "vega" in path.read_text(encoding="utf-8")
