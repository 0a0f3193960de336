"""How the Play page looks: what is in sight, how large, how readable."""

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.browser.conftest import OpenPage
from tests.browser.legibility import offenders
from tests.browser.page import WIDE
from tests.browser.play import MAP, PICTURE, REGRET, WORLDS, PlayPage

pytestmark = pytest.mark.browser

FIRST_SCREEN = (PICTURE, MAP)
"""Charts that a laptop shows without scrolling, beside the offer and its reward buttons."""
SMALLER = (ViewportSize(width=1280, height=720), ViewportSize(width=1024, height=768))
"""A small laptop's window, and a projector's."""
SCALE = 160
"""Pixels that a reward of 1 is long at least on any screen but a phone's."""
REWARDS = ("reward-1", "reward-2", "reward-3")


def bottom(element: Locator) -> float:
    """Where an element ends, in pixels from the top of the page."""
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def below_the_fold(play: PlayPage) -> set[str]:
    """What belongs on the first screen and is not, and what is wider than the screen."""
    size = play.page.viewport_size
    assert size
    charts = FIRST_SCREEN if size == WIDE else ()
    parts = [play.keyed("offer"), *map(play.button, REWARDS), *map(play.chart, charts)]
    found = {f"ends at {end:.0f} px" for end in map(bottom, parts) if end > size["height"]}
    return found | ({f"{play.excess} px wider than the screen"} if play.excess > 0 else set())


def crowded(play: PlayPage) -> set[str]:
    """What has no room beside the picture, or the picture itself."""
    found = set() if play.scale >= SCALE else {f"a reward of 1 is {play.scale:.0f} px long"}
    card = play.keyed("offer").bounding_box()
    for key in REWARDS:
        box = play.button(key).bounding_box()
        assert card
        assert box
        if box["x"] + box["width"] > card["x"] + card["width"] + 1:
            found.add(f"{key} sticks out of its column")
    return found | ({f"scrolls sideways by {play.excess} px"} if play.excess > 0 else set())


def test_in_every_look_one_can_answer_at_once_and_nothing_scrolls_sideways(
    open_page: OpenPage,
) -> None:
    """On a laptop the first screen also holds beliefs and map. No click moves the buttons."""
    play = open_page()
    found: set[str] = set()

    def check(when: str) -> None:
        for look in play.in_all_looks():
            faults = play.lasting(lambda: below_the_fold(play))
            found.update(f"{title}, {when}, {look}: {fault}" for fault in faults)

    for title in WORLDS:
        play.choose_world(title)
        check("at first")
        places = {bottom(play.button("reward-3"))}
        for visitors in range(1, 6):
            play.press("step" if visitors > 1 else "reward-1")
            play.expect_visitors(visitors)
            places.add(bottom(play.button("reward-3")))
        check("after clicks")
        if len(places) > 1:
            found.add(f"{title}: the buttons move between {sorted(places)} px")
    assert not found, found


def test_in_every_look_all_fits_and_is_large_and_distinct_enough_to_read(
    open_page: OpenPage,
) -> None:
    play = open_page()
    faults = offenders(play)
    play.press("let-in-100")
    play.expect_visitors(100)
    expect(play.button("start")).to_be_enabled()
    play.press("reward-1")
    play.expect_visitors(101)
    play.switch("play-truth")
    expect(play.chart(REGRET).locator("svg")).to_be_visible()
    faults |= offenders(play)
    for key, shown in (("log", "Download"), ("code", "POST /rank")):
        play.keyed(key).locator("summary").click()
        expect(play.keyed(key)).to_contain_text(shown)
    faults |= offenders(play)
    play.open_settings()
    faults |= offenders(play)
    assert not faults, "\n".join(sorted(faults))
    play.page.keyboard.press("Escape")
    for size in SMALLER:
        play.page.set_viewport_size(size)
        assert not play.lasting(lambda: crowded(play)), size


def test_no_chart_gives_its_rows_away_raw(open_page: OpenPage) -> None:
    """Streamlit's table of a chart has a CSV of its own, in which names could be formulas."""
    buttons = open_page().page.get_by_test_id("stElementToolbarButton")
    for label, shown in (("Download as PNG", len(FIRST_SCREEN)), ("Show data", 0)):
        expect(buttons.get_by_label(label)).to_have_count(len(FIRST_SCREEN))
        expect(buttons.get_by_label(label).filter(visible=True)).to_have_count(shown)
