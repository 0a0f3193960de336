"""Calm: how much a page shows before anybody scrolls."""

from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab, OpenEvaluate, OpenPage
from tests.browser.first_sight import PAGES, FirstSight
from tests.browser.page import NARROW, WIDE, AppPage

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


@pytest.mark.nightly
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_crowded_at_first_sight(path: str, new_tab: NewTab, server: Server) -> None:
    page = AppPage(new_tab(viewport=WIDE), server.address).visit(f"{server.address}/{path}")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    page.come_to_rest()

    def too_many() -> set[str]:
        sight = FirstSight.of(page.page)
        is_calm = len(sight.controls) <= 30 and len(sight.words) <= 180
        return set() if is_calm else {f"{len(sight.words)} words, {len(sight.controls)} controls"}

    # A crowd that arrives by itself is followed by more words, and by fewer.
    assert not page.lasting(too_many)


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
    # Repeats, and a gap of three days: two checks fail.
    visits = [f"{country},{action}" for country in ("NL", "DE") for action in ("red", "blue")]
    rows = [
        f"2026-01-0{5 if number > 200 else 1}T{number // 60:02}:{number % 60:02},{visit},.5,1"
        for number, visit in enumerate(visits * 100)
    ]
    file.write_text("\n".join(["time,country,action,prob,reward", *rows]))
    page = open_evaluate("?guess=0", viewport=NARROW)
    page.choose("evaluate-log", "A file")
    page.page.locator("input[type=file]").set_input_files(file)
    expect(page.headline).to_contain_text("where it was shown")
    expect(page.page.get_by_text("2 checks failed")).to_be_visible()
    for tab in ("What if", "Better?", "Settings", "Reliable?"):
        page.choose("evaluate-tab", tab)
        page.come_to_rest()
        words = FirstSight.of(page.page).words
        assert len(words) < 90, (tab, " ".join(words))


@pytest.mark.nightly
def test_evaluate_is_calm_on_a_phone_while_intervals_are_counted(
    open_evaluate: OpenEvaluate,
) -> None:
    page = open_evaluate("?guess=0", viewport=NARROW)
    page.choose("evaluate-tab", "Reliable?")
    page.come_to_rest()
    page.press("start-watch")
    expect(page.page.get_by_text("Our intervals contained")).to_be_in_viewport(timeout=60_000)
    sight = FirstSight.of(page.page)
    assert len(sight.controls) <= 18, sight.controls
    assert len(sight.words) <= 90, " ".join(sight.words)
