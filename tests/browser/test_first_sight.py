"""Calm: how much a page shows before anybody scrolls."""

import pytest
from playwright.sync_api import ViewportSize

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
