"""A place of one's own, from empty tables to the first visitor, by keyboard alone."""

import time
from itertools import product

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenEvaluate, OpenWorlds
from tests.browser.play import PlayPage
from tests.browser.worlds import TRUTH, WorldsPage

pytestmark = pytest.mark.browser

ACTIONS = [
    (f"Dish {n}", "🍜", "", f"price: {n}, hot: {str(n % 2 == 0).lower()}") for n in range(1, 9)
]
VALUES = [
    ("day", "cold", "🥶"), ("", "hot", "🥵"), ("hour", "noon", "🌞"), ("", "night", "🌜"),
    ("who", "Ann", "👩"), ("", "Bo", "🧔"), ("", "Cy", "🧑🏽"),
]  # fmt: skip
CELLS = [[((row * 5 + column * 3) % 8 + 1) / 10 for column in range(8)] for row in range(12)]
BEST = f"{(0.8 * 11 + 0.95) / 12:.2f}"
"""Value of the best single action after a change of one cell."""
MOST = 60.0
"""Time limit in seconds."""


@pytest.mark.nightly
def test_from_empty_tables_to_a_played_world_by_keyboard(open_worlds: OpenWorlds) -> None:
    """Pasted text is plain text with emoji; the page has no permission to read the clipboard."""
    worlds = open_worlds(permissions=["clipboard-write"])
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
    worlds.come_to_rest()  # A table redrawn during typing loses the text.
    worlds.type("Enter", "Control+a", "0.95", "Enter")
    expect(worlds.keyed("ceilings")).to_contain_text(BEST)
    worlds.tab_to("go-play")
    worlds.type("Enter")
    play = PlayPage(worlds.page, worlds.address)
    play.expect_visitors(0)
    assert {row.partition(" ")[0] for row in play.chances} == {"Dish"}
    expect(play.page.get_by_text("🍜 Dish").first).to_be_visible()
    worlds.page.keyboard.press("1")
    play.expect_visitors(1)
    assert time.monotonic() - start < MOST
    assert len(play.chances) == len(ACTIONS)


def test_tab_leads_into_a_menu_however_soon_it_is_pressed(open_worlds: OpenWorlds) -> None:
    worlds = open_worlds()
    worlds.tab_to("new-world")
    for key in ("Enter", "Tab"):
        worlds.page.keyboard.press(key)
    menu = worlds.page.get_by_test_id("stPopoverBody")
    expect(menu.locator(":focus")).to_have_count(1)
    worlds.come_to_rest()
    expect(menu.locator(":focus")).to_have_count(1)


@pytest.mark.nightly
def test_the_same_from_a_pasted_table_and_from_a_log(
    open_worlds: OpenWorlds, open_evaluate: OpenEvaluate
) -> None:
    worlds = open_worlds(permissions=["clipboard-read", "clipboard-write"])
    start = time.monotonic()
    worlds.tab_to("new-world")
    worlds.type("Enter")
    expect(worlds.keyed("worlds-pasted")).to_be_visible()
    worlds.tab_to("worlds-pasted")
    places = product(["cold", "hot"], ["noon", "night"], ["Ann", "Bo", "Cy"])
    rows = [[*place, *map(str, cells)] for place, cells in zip(places, CELLS, strict=True)]
    head = ["day", "hour", "who", *(name for name, *_ in ACTIONS)]
    text = "\n".join("\t".join(row) for row in [head, *rows])
    worlds.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    worlds.type("Control+v", "Tab")
    worlds.tab_to("read-pasted")
    worlds.type("Enter")
    expect(worlds.keyed("ceilings")).to_contain_text("0.80")
    worlds.type("Escape")
    play_it(worlds)
    assert time.monotonic() - start < MOST
    log = open_evaluate("?log=ready&world=hotel&visitors=300")
    start = time.monotonic()
    log.tab_to("make-world-of-log")
    log.page.keyboard.press("Enter")
    simulated = WorldsPage(log.page, log.address)
    expect(
        simulated.page.get_by_text("This is a simulation of a log of 300 events")
    ).to_be_visible()
    expect(simulated.keyed("ceilings")).to_contain_text("Best for each")
    play_it(simulated)
    assert time.monotonic() - start < MOST


def play_it(worlds: WorldsPage) -> None:
    """Go to Play with the edited world, and answer for the first visitor, by keyboard."""
    worlds.settle()
    worlds.tab_to("go-play")
    worlds.type("Enter")
    play = PlayPage(worlds.page, worlds.address)
    expect(play.button("reward-1")).to_be_visible()  # Worlds has no visitors either.
    play.expect_visitors(0)
    play.page.keyboard.press("1")
    play.expect_visitors(1)
