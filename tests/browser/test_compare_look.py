"""Look of the Compare page: visibility and legibility."""

import pytest
from playwright.sync_api import expect

from tests.browser.compare import ARMS, MATCH, OUTLOOK
from tests.browser.conftest import OpenCompare
from tests.browser.legibility import offenders
from tests.browser.page import NARROW, WIDE
from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.nightly]


def test_the_first_screen_of_a_laptop_holds_the_rule_the_button_and_both_answers(
    open_compare: OpenCompare,
) -> None:
    page = open_compare(viewport=WIDE)
    for part in (
        page.keyed("compare-rule"),
        page.button("switch"),
        page.chart(MATCH),
        page.chart(ARMS),
    ):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= WIDE["height"]
    found = list(violations(page, "at first"))
    assert not found, "\n".join(found)


def test_on_a_phone_nothing_scrolls_sideways(open_compare: OpenCompare) -> None:
    page = open_compare("?world=movies&rule=always", viewport=NARROW)
    page.press("step")
    page.expect_visitors(101)
    assert page.excess <= 0


def test_in_every_look_all_fits_and_is_large_and_distinct_enough_to_read(
    open_compare: OpenCompare,
) -> None:
    page = open_compare("?truth=1&explore=10&rule=name,weather").why()
    expect(page.open_more("Settings").get_by_role("spinbutton", name="Seed")).to_be_visible()
    faults = {*violations(page, "why, settings"), *offenders(page)}
    page.close_popover()
    page.close_why()
    page.press("switch")
    page.let_in(100, 200)
    expect(page.why().chart(OUTLOOK)).to_contain_text("earned since")
    faults |= offenders(page)
    assert not faults, "\n".join(sorted(faults))


def test_a_table_follows_the_colour_scheme_without_motion(open_compare: OpenCompare) -> None:
    """Of a transition, however short, the table would paint the colour before it."""
    page = open_compare(viewport=WIDE)
    page.turn("dark")
    page.come_to_rest()
    assert not page.lasting(lambda: {"light"} if page.page.evaluate(_GROUND) > 90 else set())


_GROUND = """() => {
    const canvas = document.querySelector("[data-testid=stDataFrame] canvas");
    const {data} = canvas.getContext("2d").getImageData(0, canvas.height / 2, canvas.width, 1);
    const grounds = data.filter((_, place) => place % 4 === 0).sort();
    return grounds[grounds.length / 2];
}"""
"""Red, 0 to 255, of most of a row of the rules' table."""
