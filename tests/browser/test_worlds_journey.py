"""A place of one's own, from empty tables to the first visitor, by keyboard alone."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWorlds
from tests.browser.play import PlayPage
from tests.browser.worlds import TRUTH

pytestmark = pytest.mark.browser

ACTIONS = [
    (f"Dish {n}", "", "", f"price: {n}, hot: {str(n % 2 == 0).lower()}") for n in range(1, 9)
]
VALUES = [
    ("day", "cold"), ("", "hot"), ("hour", "noon"), ("", "night"), ("who", "Ann"), ("", "Bo"),
    ("", "Cy"),
]  # fmt: skip
CELLS = [[((row * 5 + column * 3) % 8 + 1) / 10 for column in range(8)] for row in range(12)]
BEST = f"{(0.8 * 11 + 0.95) / 12:.2f}"
"""What is best for everybody earns, once one cell is written anew."""
MOST = 60.0
"""Seconds in which it has to be done."""


def test_from_empty_tables_to_a_played_world_by_keyboard(open_worlds: OpenWorlds) -> None:
    worlds = open_worlds(permissions=["clipboard-read", "clipboard-write"])
    start = time.monotonic()
    worlds.begin_empty()
    worlds.tab_to("worlds-title")
    worlds.type("Canteen", "Tab")
    worlds.paste("actions", 0, ACTIONS)
    expect(worlds.page.get_by_text("write at least one field").first).to_be_visible()
    worlds.paste("values", 0, VALUES)
    expect(worlds.chart(TRUTH).locator("svg")).to_be_visible()
    worlds.paste("truth", 3, CELLS)
    expect(worlds.keyed("ceilings")).to_contain_text("0.80")
    worlds.type("Enter", "Control+a", "0.95", "Enter")
    expect(worlds.keyed("ceilings")).to_contain_text(BEST)
    worlds.tab_to("go-play")
    worlds.type("Enter")
    play = PlayPage(worlds.page, worlds.address)
    play.expect_visitors(0)
    assert {row.partition(" ")[0] for row in play.chances} == {"Dish"}
    worlds.page.keyboard.press("1")
    play.expect_visitors(1)
    assert time.monotonic() - start < MOST
    assert len(play.chances) == len(ACTIONS)
