"""Figures of a loop in a row of the list, equal to those of the loop itself."""

from engine.worlds import WORLDS
from pages.parts.data.loop_rewards import sparkline

COFFEE = WORLDS["coffee"]


def test_a_sparkline_says_its_numbers_and_stays_in_its_frame() -> None:
    drawn = sparkline([0.25, -0.5, 1.0])
    assert "0.25 at first, 1.00 now" in drawn
    assert "<span>1</span><span>\N{MINUS SIGN}0.5</span>" in drawn
    points = drawn.partition("polygon(")[2].partition(")")[0].split(", ")
    assert points == ["0.0% 50.0%", "50.0% 100.0%", "100.0% 0.0%", "100% 100%", "0% 100%"]
    assert sparkline([0.5])
