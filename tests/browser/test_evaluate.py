"""The Evaluate page in a real browser: a journey and the look."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenEvaluate
from tests.browser.evaluate import FOREST
from tests.browser.legibility import cramped, offenders
from tests.browser.page import NARROW, WIDE
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

QUICK = "?visitors=300"


def test_a_chart_offers_no_raw_table_whose_file_would_hold_formulas(
    open_evaluate: OpenEvaluate,
) -> None:
    page = open_evaluate(QUICK).page
    tools = page.locator("[data-testid=stElementToolbarButton]")
    raw = tools.filter(has=page.locator("[aria-label^='Show data']"))
    expect(raw).to_have_count(1)
    expect(raw).to_have_css("display", "none")
    kept = tools.filter(has=page.locator("[aria-label^=Fullscreen]"))
    assert set(kept.evaluate_all("all => all.map(each => getComputedStyle(each).display)")) == {
        "block"
    }


def test_guess_see_the_result_and_the_truth(open_evaluate: OpenEvaluate) -> None:
    page = open_evaluate(QUICK)
    page.page.set_viewport_size(NARROW)
    expect(page.headline).to_contain_text(re.compile(r"averaged 0\.\d\d where it was shown"))
    page.press("hide")
    expect(page.headline).to_contain_text("What would it earn if everybody got it?")
    page.settle()
    expect(page.button("reveal")).to_be_disabled()
    page.headline.get_by_role("slider").press("End")
    page.press("reveal")
    expect(page.headline).to_contain_text("You guessed 1.00")
    expect(page.button("hide")).to_be_focused()
    expect(page.chart(FOREST).locator("[aria-label*='your guess']").first).to_be_visible()
    page.switch("evaluate-truth")
    expect(page.headline).to_contain_text("The truth is 0.")
    rows = page.table("evaluate-csv")
    assert {row["estimator"] for row in rows} >= {"naive", "ips"}


def test_a_file_of_ones_own_is_asked_and_its_faults_are_told(
    open_evaluate: OpenEvaluate, tmp_path: Path
) -> None:
    rows = [
        f"{country},{action},{'.75' if action == liked else '.25'},{int(action == liked)}"
        for country, liked in (("NL", "red"), ("DE", "blue"))
        for action in ("red", "blue", liked, liked)
    ]
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("\n".join(["country,action,prob,reward", *rows * 50]))
    bad.write_text(good.read_text().replace(".75,1", "1.5,1", 1))
    page = open_evaluate(QUICK)
    page.choose("evaluate-log", "A file")
    page.page.locator("input[type=file]").set_input_files(bad)
    expect(page.page.get_by_text(re.compile("line 2")).first).to_be_visible()
    page.press("another-log")
    page.page.locator("input[type=file]").set_input_files(good)
    expect(page.headline).to_contain_text("averaged 0.75 where it was shown")
    page.keyed("columns").locator("summary").click()
    context = page.keyed("columns").get_by_test_id("stMultiSelect")
    expect(context, "what the file holds, before anything is chosen").to_contain_text("country")
    page.keyed("rule").locator("summary").click()
    expect(page.keyed("rule").get_by_text("The rule “by country” would earn about")).to_be_visible()


@pytest.mark.nightly
def test_all_fits_and_can_be_read_in_every_look(open_evaluate: OpenEvaluate) -> None:
    page = open_evaluate(f"{QUICK}&truth=1&times=20")
    page.page.set_viewport_size({"width": 1280, "height": 720})
    for part in (page.headline, page.chart(FOREST)):
        box = part.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 720
    faults = {*violations(page, "at first"), *cramped(page), *page.cut_on_paper()}
    page.keyed("rule").locator("summary").click()
    expect(page.keyed("rule").get_by_text("would earn about")).to_be_visible()
    faults |= {*offenders(page), *violations(page, "rule open")}
    page.choose("evaluate-tab", "Better?")
    expect(page.page.get_by_text("would earn more than")).to_be_visible()
    faults |= {*offenders(page), *violations(page, "better")}
    page.choose("evaluate-tab", "Reliable?")
    page.press("start-watch")
    page.keyed("along").locator("summary").click()
    expect(page.chart("Intervals that contained the truth").locator("svg")).to_be_visible()
    page.press("stop-watch")
    expect(page.button("start-watch")).to_be_visible()
    faults |= {*offenders(page), *violations(page, "all open")}
    assert not faults, "\n".join(sorted(faults))
    for width in (1024, 768, NARROW["width"], 320, WIDE["width"]):
        page.page.set_viewport_size({"width": width, "height": 720})
        assert not page.lasting(lambda: {*page.clipped}), width
