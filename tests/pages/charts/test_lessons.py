"""Charts of lessons."""

import pytest

from pages.parts.charts.comparison import match_spec
from pages.parts.charts.lessons import score_spec
from pages.parts.lessons.pictures import in_little_height
from pages.parts.text.theme import theme


@pytest.mark.parametrize("dark", [False, True])
def test_the_person_and_the_engine_have_no_colour_of_an_action(dark: bool) -> None:
    drawn = str(score_spec(dark, ("you", "the engine"), "visits", "reward"))
    assert theme(dark).ink in drawn
    assert theme(dark).accent in drawn
    assert not [colour for colour in theme(dark).actions if colour in drawn]


def test_a_low_chart_has_its_vertical_title_in_lines_and_is_the_same_otherwise() -> None:
    spec = match_spec(False, False)
    low = in_little_height(spec)
    titles = [
        layer["encoding"]["y"]["axis"]["title"]
        for layer in low["layer"]
        if layer["encoding"].get("y", {}).get("axis", {}).get("title")
    ]
    assert titles
    assert all(title == ["same as today's rules", "last 100"] for title in titles)
    assert spec == match_spec(False, False)
    assert "same as today's rules, last 100" in str(spec)
