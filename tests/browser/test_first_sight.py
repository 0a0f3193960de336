"""Calm: how much a page shows before anybody scrolls."""

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import OpenEvaluate, OpenPage
from tests.browser.first_sight import FirstSight
from tests.browser.page import NARROW, WIDE

pytestmark = pytest.mark.browser

MOST: dict[str, tuple[ViewportSize, int, int]] = {
    "Play": (WIDE, 25, 140),
    "Play on a phone": (NARROW, 18, 90),
}
"""Window, controls and words at most, by page."""


@pytest.mark.parametrize("page", MOST)
def test_somebody_new_sees_few_controls_and_words(page: str, open_page: OpenPage) -> None:
    size, controls, words = MOST[page]
    play = open_page(viewport=size, new_here=True)
    play.button("skip-first-minute").wait_for()
    play.come_to_rest()
    sight = FirstSight.of(play.page)
    assert len(sight.controls) <= controls, sight.controls
    assert len(sight.words) <= words, " ".join(sight.words)


def test_evaluate_is_calm_on_a_phone_after_the_guess(open_evaluate: OpenEvaluate) -> None:
    page = open_evaluate("?guess=0&truth=1", viewport=NARROW)
    for tab in ("What if", "Better?", "Reliable?", "Settings"):
        page.choose("evaluate-tab", tab)
        page.come_to_rest()
        sight = FirstSight.of(page.page)
        assert len(sight.controls) <= 18, (tab, sight.controls)
        assert len(sight.words) <= 90, (tab, " ".join(sight.words))


def test_evaluate_is_calm_on_a_phone_with_a_file(
    open_evaluate: OpenEvaluate, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    shown = (("NL", "red", "blue"), ("DE", "blue", "red"))
    visits = [
        f"{country},{action},{'.75' if action == liked else '.25'},{int(action == liked)}"
        for country, liked, other in shown
        for action in (liked, liked, liked, other)
    ]
    # Repeats: a check fails.
    file.write_text("\n".join(["country,action,prob,reward", *visits * 50]))
    page = open_evaluate("?guess=0", viewport=NARROW)
    page.choose("evaluate-log", "A file")
    page.page.locator("input[type=file]").set_input_files(file)
    expect(page.headline).to_contain_text("where it was shown")
    expect(page.page.get_by_text("1 check failed")).to_be_visible()
    for tab in ("What if", "Better?", "Settings", "Reliable?"):
        page.choose("evaluate-tab", tab)
        page.come_to_rest()
        words = FirstSight.of(page.page).words
        assert len(words) < 90, (tab, " ".join(words))
