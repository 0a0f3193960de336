"""Look of the Race page: visibility and legibility."""

import pytest
from playwright.sync_api import expect

from pages.parts.race.page_settings import everybody
from tests.browser.conftest import OpenRace
from tests.browser.legibility import offenders
from tests.browser.page import NARROW, WIDE
from tests.browser.race import FINALS, REWARD
from tests.browser.test_accessibility import in_both_schemes, violations

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

ALL = f"who={','.join(everybody())}"


def test_a_laptop_shows_the_bet_the_start_and_then_who_won(open_race: OpenRace) -> None:
    page = open_race("?visitors=200&crowds=2", viewport=WIDE)
    bet, start = page.keyed("race-bet").bounding_box(), page.button("start").bounding_box()
    assert bet
    assert start
    assert max(bet["y"] + bet["height"], start["y"] + start["height"]) < 0.6 * WIDE["height"]
    found = list(violations(page, "at first"))
    page.race()
    found += violations(page, "after the race")
    for width in (1024, 768, NARROW["width"], 320, 1280):
        page.page.set_viewport_size({"width": width, "height": 720})
        assert not page.lasting(lambda: {*page.clipped}), width
    for part in (page.verdict, page.chart(FINALS)):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 720
    curves = page.chart(REWARD).bounding_box()
    assert curves
    assert curves["y"] < 600
    page.page.set_viewport_size(WIDE)
    page.open_more("Link")
    found += in_both_schemes(page, "links")
    assert not found, "\n".join(found)


def test_in_every_look_all_fits_and_is_large_and_distinct_enough_to_read(
    open_race: OpenRace,
) -> None:
    page = open_race(f"?visitors=200&crowds=2&drift=halfway&{ALL}")
    expect(page.open_more("Settings").get_by_role("spinbutton", name="Seed")).to_be_visible()
    faults = offenders(page)
    page.close_popover()
    page.page.set_viewport_size(NARROW)
    expect(page.button("start")).to_be_in_viewport()
    page.page.set_viewport_size(WIDE)
    page.bet("This engine")
    page.race()
    faults |= offenders(page)
    assert not faults, "\n".join(sorted(faults))


def test_in_forced_colours_what_has_the_focus_is_seen(open_race: OpenRace) -> None:
    """Shadows are not drawn in this mode."""
    race = open_race(forced_colors="active")
    expect(race.button("start")).to_be_visible()
    race.come_to_rest()
    unseen, passed = set[str](), 0
    for _ in range(40):
        race.page.keyboard.press("Tab")
        told = race.page.evaluate(_FOCUSED)
        passed += told is not None
        if told is not None and not told["seen"]:
            unseen.add(told["what"])
    assert passed > 20
    assert not unseen


_FOCUSED = """() => {
    const it = document.activeElement;
    if (it === document.body) return null;
    const {outlineStyle, outlineWidth} = getComputedStyle(it);
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    return {seen, what: `${it.tagName} ${it.dataset.testid ?? it.role}`};
}"""
"""The focused element, and True if an outline marks it."""
