"""Journeys of presenters through the Compare page, in a real browser."""

import re
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.compare import ARMS, COST, GAIN, MATCH, OUTLOOK
from tests.browser.conftest import OpenCompare
from tests.browser.play import PlayPage

pytestmark = pytest.mark.browser

MEANS = re.compile(
    r"it earned ([\d.]+) \([^)]*\), today's rules ([\d.]+) \([^)]*\), and the always-online engine"
)


def test_the_story_from_the_weather_rule_to_the_summary(open_compare: OpenCompare) -> None:
    page = open_compare()
    page.reset()
    page.expect_visitors(0)
    page.choose_rule("Random")
    page.choose_rule("By weather")
    # Requests that reach a busy server together have no order: the rule must be set before
    # visitors.
    expect(page.page).to_have_url(re.compile("rule=weather"))
    for hundreds in (1, 2):
        page.let_in(100, 100 * hundreds)
    expect(page.keyed("situation")).to_contain_text("It chooses like today's rules")
    page.why()
    headings = page.page.get_by_role("heading")
    expect(headings.filter(has_text="If it went online now")).to_be_visible()

    page.press("switch")
    expect(page.button("switch")).to_contain_text("Back to watching")
    expect(headings.filter(has_text="Forecast and result")).to_be_visible()
    page.close_why()
    for hundreds in (3, 4):
        page.let_in(100, 100 * hundreds)
    expect(page.keyed("situation")).to_contain_text("Since visitor 200 it earns")
    page.why()
    expect(page.chart(OUTLOOK)).to_contain_text("earned since")

    expect(page.keyed("summary")).to_contain_text("400 visitors came (Coffee, random seed 7)")
    summary = page.summary
    assert "After visitor 200 it went online. Over the next 200 visitors" in summary
    means = MEANS.search(summary)
    assert means
    assert float(means[1]) > float(means[2])
    for name in (MATCH, ARMS, COST, GAIN):
        rule = page.chart(name).locator("[aria-label*='Switched after visitor: 200']")
        expect(rule).to_have_count(1)

    rows = page.rows(400)
    assert len(rows) == 400
    assert {row["mode"] for row in rows[:200]} == {"apprentice"}
    assert {row["mode"] for row in rows[200:]} == {"online"}
    assert all(row["apprentice_shown"] == row["baseline_shown"] for row in rows[:200])


@pytest.mark.nightly
def test_a_rule_edited_in_place_is_what_is_shown_and_is_in_the_link(
    open_compare: OpenCompare,
) -> None:
    page = open_compare()
    cells = page.page.locator("[data-testid=stDataFrame] canvas").first
    latte = page.page.get_by_role("option", name="Latte")
    for _ in range(10):  # A newly drawn grid may not accept clicks yet.
        cells.dblclick(position={"x": 200, "y": 52}, force=True)  # the item for sunny weather
        with suppress(AssertionError):
            expect(latte).to_be_visible(timeout=5_000)
            break
    expect(latte).to_be_visible()
    page.page.keyboard.type("Latte")
    page.page.keyboard.press("Enter")
    expect(page.page).to_have_url(re.compile("table="))
    page.press("step")
    page.expect_visitors(1)
    expect(page.page).to_have_url(re.compile("story=1"))
    assert parse_qs(urlsplit(page.page.url).query)["table"] == ["3,3,0"]
    visitor = open_compare(page.page.url)
    visitor.expect_visitors(1)
    visitor.let_in(100, 101)
    visitor.why()
    sunny = [row for row in visitor.rows(101) if "weather=Sunny" in row["context"]]
    assert sunny
    assert {row["baseline_shown"] for row in sunny} == {"Latte"}


def test_the_keyboard_steps_and_sends_it_online(open_compare: OpenCompare) -> None:
    """*Go online* is at most 15 tabs from the top of the page, too."""
    page = open_compare()
    page.expect_visitors(100)
    assert page.tab_to("switch") <= 15
    expect(page.button("step")).to_be_enabled()  # A key works as soon as its button is enabled.
    page.settle()
    page.page.keyboard.press("s")
    page.expect_visitors(101)
    page.page.keyboard.press("o")
    expect(page.button("switch")).to_contain_text("Back to watching")
    page.page.keyboard.press("p")
    expect(page.button("stop")).to_have_text(re.compile("Pause"))
    expect(page.visitors).not_to_have_text(re.compile("^101 visitors"))
    page.page.keyboard.press("p")
    page.expect_crowd_over()


@pytest.mark.nightly
def test_a_reload_another_page_and_a_step_back_leave_the_story_as_it_was(
    open_compare: OpenCompare,
) -> None:
    page = open_compare("?seed=11&rule=mood")
    page.press("switch")
    expect(page.page).to_have_url(re.compile("story=100-100"))
    page.let_in(100, 200)
    expect(page.page).to_have_url(re.compile("story=200-100"))
    summary = page.why().summary
    page.page.reload()
    page.expect_visitors(200)
    page.why()
    expect(page.keyed("summary")).to_have_text(summary, use_inner_text=True)
    page.close_why()
    page.page.go_back()
    expect(page.page).to_have_url(re.compile("story=100-100"))
    page.expect_visitors(100)
    page.press("step")
    page.expect_visitors(101)
    page.go_to("Play")
    expect(page.keyed("offer")).to_be_visible()
    page.go_to("Compare")
    expect(page.keyed("situation")).to_be_visible()
    page.expect_visitors(101)
    expect(page.page).to_have_url(re.compile("rule=mood"))
    expect(page.keyed("compare-rule").get_by_role("combobox")).to_have_value("Random")


def test_one_can_play_by_hand_while_it_watches(open_compare: OpenCompare) -> None:
    page = open_compare()
    page.page.get_by_role("link", name="Serve the visitors yourself").click()
    expect(page.page).to_have_url(re.compile("mode=apprentice"))
    play = PlayPage(page.page, page.address)
    play.expect_visitors(0)
    offered = play.offered
    for visitors, reward in enumerate(("reward-3", "reward-3", "reward-1"), 1):
        play.press(reward)
        play.expect_visitors(visitors)
        assert play.offered == offered
    expect(play.keyed("offer")).to_contain_text("Chosen by today's rules")
    expect(play.keyed("moved")).to_contain_text("The offer stays the same")
