"""A lesson, by keys alone, on a laptop, a small projector and a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenLearn
from tests.browser.page import NARROW
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser


def test_a_lesson_by_keys_alone_in_each_of_its_screens(open_learn: OpenLearn) -> None:
    page = open_learn()
    found = [*violations(page, "cards")]
    page.on("begin-barista")
    expect(page.page.get_by_role("heading", name="Can you beat it?")).to_be_visible()
    page.tab_to("lesson-guess-barista")
    for _ in range(3):
        page.page.keyboard.press("ArrowLeft")
    page.on("lesson-guessed")
    for visit in range(20):
        expect(page.page.get_by_text(f"Visit {visit + 1} of 20")).to_be_visible()
        page.settle()
        page.page.keyboard.press("1234"[visit % 4])
    found += violations(page, "doing")
    page.on()
    expect(page.page.get_by_role("heading", name="You guessed 7.")).to_be_visible()
    for screen in ("revealed", "exit"):
        page.page.set_viewport_size(
            NARROW if screen == "revealed" else {"width": 1024, "height": 768}
        )
        assert not page.lasting(lambda: {*page.clipped, *(["wide"] if page.excess > 0 else [])})
        found += violations(page, screen)
        page.on() if screen == "revealed" else page.on("lesson-option-some")
    page.on()
    expect(page.page.get_by_text("What to take along")).to_be_visible()
    found += violations(page, "end")
    assert not found, "\n".join(found)
