"""Lines with labels at their ends."""

import pytest

from pages.parts.charts.base import Spec
from pages.parts.charts.lines import LineStyle, Rows, apart, labelled, lines, span_of


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ({}, {}),
        ({"a": 5.0}, {"a": 5.0}),
        ({"a": 5.0, "b": 5.5, "c": 9.0}, {"a": 5.0, "b": 7.0, "c": 9.0}),
        ({"a": 9.5, "b": 9.9}, {"a": 8.0, "b": 10.0}),
        ({"b": 12.0, "a": 12.0}, {"b": 8.0, "a": 10.0}),
    ],
)
def test_labels_stand_apart_and_in_the_order_of_their_values(
    values: dict[object, float], places: dict[object, float]
) -> None:
    assert apart(values, gap=2.0, high=10.0) == pytest.approx(places)


def test_the_last_row_of_each_line_has_its_label_and_rules_have_no_line() -> None:
    rows: Rows = [{"line": k, "visitor": n, "value": n / 2} for k in "ab" for n in (1, 2)]
    labels = labelled(rows, (0, 1), 200, [7])
    assert ["at" in row for row in labels] == [False, True, False, True, False]
    low, high = (float(str(row["at"])) for row in labels if "at" in row)
    assert high <= 1
    assert high - low > 0.1
    assert labels[-1] == {"line": None, "visitor": 7, "is_first": True}
    assert not any("mark" in row for row in labels), "the label has the only mark at the end"


def test_the_first_of_several_rules_has_its_name_in_the_picture() -> None:
    rows: Rows = [{"line": "a", "visitor": n, "value": 0.5} for n in (1, 9)]
    rules = [row for row in labelled(rows, (0, 1), 200, [3, 6]) if row["line"] is None]
    assert ["is_first" in row for row in rules] == [True, False]
    looks = (("a", LineStyle("#123456")),)
    spec = lines(False, 9, (0, 1), "mean", looks, 200, "Switched after", change="goes online")
    names = [layer["encoding"].get("text") for layer in spec["layer"]]
    assert {"value": "goes online"} in names


def test_lines_that_are_to_be_told_apart_have_marks_on_the_way_and_each_elsewhere() -> None:
    rows: Rows = [{"line": k, "visitor": n, "value": 0.5} for k in "abc" for n in range(60)]
    labels = labelled(rows, (0, 1), 200, shaped=["a", "b"])
    places = {
        k: {row["visitor"] for row in labels if row["line"] == k and "mark" in row} for k in "abc"
    }
    assert len(places["a"]) == len(places["b"]) == 6
    assert not places["a"] & places["b"]
    assert not places["c"]


@pytest.mark.parametrize(
    ("size", "end"),
    [(0, 50), (51, 75), (101, 150), (201, 300), (400, 500), (501, 750), (760, 1_000)],
)
def test_more_than_half_of_an_axis_is_used(size: int, end: int) -> None:
    assert span_of(size) == end
    assert size < 50 or size > end / 2


def test_charts_of_different_spans_differ_in_the_end_of_their_axis_alone() -> None:
    looks = (("a", LineStyle("#123456")),)
    short, long = (lines(False, span, (0, 1), "mean", looks, 200, "here") for span in (50, 1_000))
    assert _ends_across(short) == {(0, 50)}
    assert _ends_across(long) == {(0, 1_000)}
    for layer in long["layer"]:
        if "scale" in layer["encoding"]["x"]:
            layer["encoding"]["x"]["scale"]["domain"] = [0, 50]
    assert long == short


def _ends_across(spec: Spec) -> set[tuple[float, ...]]:
    across = [layer["encoding"]["x"] for layer in spec["layer"]]
    return {tuple(channel["scale"]["domain"]) for channel in across if "scale" in channel}
