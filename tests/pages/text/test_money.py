"""Rewards in money."""

from dataclasses import replace

from engine.worlds.coffee import COFFEE
from engine.worlds.gallery.hotel import HOTEL
from pages.parts.text.money import in_all, in_money, more_money, per_thousand, scale_of


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
    assert scale_of(loaves) == "A reward of 0.1 per visitor is 100\u00a0loaves per 1,000 visitors."
    assert in_all(loaves, 2.5) == " (2.50\u00a0loaves)"
    assert in_all(loaves, 0.5) == " (0.50\u00a0loaves)"
    assert in_all(loaves, 1_234.5) == " (1,234\u00a0loaves)"
    assert in_all(replace(loaves, unit=""), 2.5) == ""


def test_nothing_has_no_sign() -> None:
    loaves = replace(COFFEE, unit="loaves")
    assert in_all(loaves, 0) == in_all(loaves, -0.004) == " (0\u00a0loaves)"
    for little in (-0.0001, 0.0001):
        assert in_money(loaves, little, sign=True) == " (0\u00a0loaves per 1,000 visitors)"


def test_gains_and_losses_are_worded_as_more_or_less() -> None:
    loaves = replace(COFFEE, unit="loaves")
    assert more_money(loaves, 0.11) == ": 110\u00a0loaves more per 1,000 visitors"
    assert more_money(loaves, -0.01) == ": 10\u00a0loaves less per 1,000 visitors"
