"""Rates of new actions in a running world, and effects of changed prices."""

from dataclasses import replace
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from engine.worlds.action_changes import NewRates
from engine.worlds.draft_rows import ActionRow, rows_of
from pages.parts.worlds.new_action_rates import price_effects
from tests.pages.own_bank import OWN_BANK

PAGE = """
import streamlit as st

from engine.worlds.draft_rows import ActionRow, rows_of
from pages.parts.worlds.new_action_rates import ask_rates
from tests.pages.own_bank import OWN_BANK

rows = [*rows_of(OWN_BANK.items, 0), ActionRow(70, "Gold card", worth=200.0), ActionRow(71)]
st.session_state["rates"] = ask_rates(OWN_BANK, rows, "offers", can=True)
"""


def given(at: AppTest) -> NewRates:
    assert not at.exception
    rates: dict[int, NewRates] = at.session_state["rates"]
    assert list(rates) == [70]
    return rates[70]


def test_a_new_action_asks_for_its_rates() -> None:
    at = AppTest.from_string(PAGE, default_timeout=60).run()
    assert "Success rate of Gold card" in unescape(at.selectbox[0].label)
    usual = given(at)
    assert 0.004 < usual.low < usual.high < 0.05, "as those of the other offers, not 67 %"
    at.number_input(key="offers-70-low").set_value(1.0)
    at.number_input(key="offers-70-high").set_value(2.5)
    assert given(at.run()) == NewRates(low=0.01, high=0.025)
    at.selectbox(key="offers-70-kind").set_value("same").run()
    same = given(at.number_input(key="offers-70-rate").set_value(0.4).run())
    assert (same.low, same.high) == pytest.approx((0.004, 0.004))
    assert given(at.selectbox(key="offers-70-kind").set_value("like-3").run()) == NewRates(
        "Insurance"
    )


def test_a_changed_price_says_what_it_does() -> None:
    first, *others = rows_of(OWN_BANK.items, 0)
    assert price_effects(OWN_BANK, [first, *others]) == []
    (cheaper,) = map(unescape, price_effects(OWN_BANK, [replace(first, worth=100.0), *others]))
    assert cheaper == (
        "A success with Premium card pays 100\u00a0€ instead of 120\u00a0€. "
        "Its success rate stays the same."
    )
    added = price_effects(OWN_BANK, [first, *others, ActionRow(70, "Gold card")])
    assert [*map(unescape, added)] == ["A success with Gold card pays 1\u00a0€."]
    _, highest = map(unescape, price_effects(OWN_BANK, [replace(first, worth=600.0), *others]))
    assert "the highest price, which is 600\u00a0€ instead of 300\u00a0€" in highest
    assert "change by a factor of 0.5" in highest
