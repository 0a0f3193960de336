"""From an offer on Play to its explanation, counterfactuals, importance of fields, and back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.legibility import cramped, offenders
from tests.browser.page import NARROW, SIZES, WIDE
from tests.browser.play import PICTURE
from tests.browser.test_accessibility import violations
from tests.browser.why import WORTH, WhyPage

pytestmark = pytest.mark.browser


def test_an_offer_is_explained_and_the_way_leads_back(open_page: OpenPage, all_looks: bool) -> None:
    play, faults = open_page(), set[str]()
    play.press("let-in-100")
    play.expect_visitors(100)
    truth = play.page.get_by_role("switch", name="Reveal the truth")
    truth.press("Space")
    play.come_to_rest()
    left = play.page.url
    play.keyed("time").get_by_role("link", name="Why this offer?").click()
    why = WhyPage(play.page, play.address)
    title = why.page.get_by_role("heading", level=1)
    expect(title).to_contain_text("Why would")
    why.wait().come_to_rest()
    why.page.go_back()
    expect(play.page).to_have_url(left)
    expect(play.chart(PICTURE).locator("svg")).to_be_visible()
    play.come_to_rest()
    expect(truth).to_be_checked()
    play.keyed("time").get_by_role("link", name="Why this offer?").click()
    expect(title).to_contain_text("Why would")
    expect(why.wait().page).to_have_url(re.compile("who="))
    why.press("why-chevron_left")
    expect(title).to_contain_text("Why was")
    expect(why.wait().page).to_have_url(re.compile("event="))
    link = why.page.url
    expect(why.page.get_by_test_id("stDataFrame")).to_be_visible()
    if all_looks:
        why.page.set_viewport_size(SIZES[1])  # The maximum width of charts on paper.
        faults |= {*violations(why, "why was"), *cramped(why), *why.cut_on_paper()}
        why.page.set_viewport_size(WIDE)

    why.suppose("why-coffee-name", "Bob")
    why.press("as-it-was")
    expect(why.keyed("why-supposed")).to_be_hidden()
    if all_looks:
        why.press("measure")
        expect(why.chart(WORTH).locator("svg")).to_be_visible()
        faults |= offenders(why)
    for width in (1024, NARROW["width"], WIDE["width"]) if all_looks else (NARROW["width"],):
        why.page.set_viewport_size({"width": width, "height": 800})
        faults |= {f"{width}: {cut}" for cut in why.lasting(lambda: {*why.clipped})}
    why.page.set_viewport_size(WIDE)
    assert not faults, "\n".join(sorted(faults))

    why.page.get_by_role("link", name="Back to Play").click()
    expect(play.chart(PICTURE).locator("svg")).to_be_visible()
    play.expect_visitors(100)
    play.page.goto(link)
    expect(title).to_contain_text("Why was")
    assert not play.complaints
