"""Rewards in money."""

from dataclasses import replace

from engine.worlds.coffee import COFFEE
from engine.worlds.gallery.hotel import HOTEL
from pages.parts.money import in_all, in_money, more_money, per_thousand, scale_of


def test_a_reward_of_one_is_worth_the_most_that_an_item_brings() -> None:
    assert per_thousand(HOTEL, 0.5) == f"{500 * HOTEL.most:,.0f}\u00a0€ per 1,000 visitors"
    assert in_money(HOTEL, -0.5, sign=True).startswith(" (\N{MINUS SIGN}")
    assert in_money(HOTEL, 0.5, sign=True).startswith(" (+")


def test_without_a_unit_rewards_are_counted() -> None:
    assert per_thousand(COFFEE, 0.25) == "250\u00a0rewards per 1,000 visitors"
    assert in_money(COFFEE, 0.25) == in_money(None, 0.25) == more_money(COFFEE, 0.25) == ""
    assert scale_of(COFFEE) == scale_of(None) == in_all(COFFEE, 3) == ""


def test_any_unit_will_do() -> None:
    loaves = replace(COFFEE, unit="loaves")
    assert per_thousand(loaves, 1) == "1,000\u00a0loaves per 1,000 visitors"
    assert scale_of(loaves) == "A reward of 0.1 a visitor is 100\u00a0loaves per 1,000 visitors."
    assert in_all(loaves, 2.5) == " (2\u00a0loaves)"


def test_what_is_gained_or_lost_is_told_as_more_or_less() -> None:
    loaves = replace(COFFEE, unit="loaves")
    assert more_money(loaves, 0.11) == ": 110\u00a0loaves more per 1,000 visitors"
    assert more_money(loaves, -0.01) == ": 10\u00a0loaves less per 1,000 visitors"
