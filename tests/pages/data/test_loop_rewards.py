"""Figures of a loop in a row of the list, equal to those of the loop itself."""

from engine.evaluation.mean_intervals import Estimate
from engine.worlds import WORLDS
from pages.parts.data.loop_rewards import LoopRewards, mean_reward, sparkline
from pages.parts.text.format import bare
from tests.pages.own_bank import OWN_BANK

COFFEE = WORLDS["coffee"]


def test_a_sparkline_says_its_numbers_and_stays_in_its_frame() -> None:
    drawn = sparkline([0.25, -0.5, *[1.0] * 9], COFFEE)
    assert "0.25 at first, 1.00 now" in drawn
    assert "<span>1</span><span>\N{MINUS SIGN}0.5</span>" in drawn
    points = drawn.partition("polygon(")[2].partition(")")[0].split(", ")
    assert points[:3] == ["0.0% 50.0%", "10.0% 100.0%", "20.0% 0.0%"]
    assert points[-3:] == ["100.0% 0.0%", "100% 100%", "0% 100%"]


def test_few_visitors_have_no_sparkline_as_it_would_be_an_empty_or_a_full_block() -> None:
    for few in ([1.0], [0.0] * 9):
        assert "polygon" not in sparkline(few, COFFEE)
    assert "polygon" in sparkline([0.0] * 10, None)


def test_rare_rewards_are_in_their_scale_and_fill_the_sparkline() -> None:
    rewards = LoopRewards(Estimate(0.01, 0.002, 0.0061, 0.0139), (0.004,) * 9 + (0.02,))
    shown = bare(mean_reward(rewards, OWN_BANK))
    assert shown == "Mean reward 3,000\u00a0€ (1,800\u00a0to\u00a04,200) per 1,000 visitors"
    assert mean_reward(rewards, COFFEE) == "Mean reward **0.010** (0.006\u00a0to\u00a00.014)"
    line = sparkline(rewards.curve, OWN_BANK)
    assert "1,200\u00a0€ at first, 6,000\u00a0€ per 1,000 visitors now; from 0 to 6,000" in line
    assert "<span>6,000</span><span>0</span>" in line
    assert "polygon(0.0% 80.0%, " in line
    assert "88.9% 80.0%, 100.0% 0.0%," in line
    assert "from 0 to 4,000" in sparkline([0.001] * 10, OWN_BANK), "what the best offers earn"
