"""Screenshots of lessons, one per screen, in the order of the lesson.

    python -m tests.benchmarks.walk_lessons FOLDER [KEY ...] [--size 1280x720] [--dark]

Each lesson is walked from the guess to the end by visible controls alone, without *Skip*; a screen
without a way forward ends the walk with an error. A screenshot is as tall as its page, up to a
limit.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Locator, Page, ViewportSize, expect

from pages.parts.lessons.lesson import STEPS
from pages.parts.lessons.lessons import LESSONS
from tests.browser import chromium
from tests.browser.app import running
from tests.browser.learn import LearnPage
from tests.browser.page import Scheme

_OPEN = "button:visible:not([disabled])"
_TRIES = 24
"""Maximum number of presses on the interactive screen."""
_TALLEST = 2_400
"""Pixels of a picture at most."""
_PATIENCE = 300_000
"""Timeout in milliseconds for the computations of a lesson on a busy machine."""


def walk(page: LearnPage, key: str, folder: Path) -> None:
    """Walk through a lesson by visible controls, with a screenshot of each screen.

    Raises:
        AssertionError: if a screen has no visible control that leads on.
    """
    page.open(f"?lesson={key}")
    names = iter(f"{key}-{number}-{step}.png" for number, step in enumerate(STEPS, 1))
    _await_lab(page)
    _picture(page, folder / next(names))
    page.guess()
    page.press("lesson-guessed")
    expect(page.keyed("lesson-guessed")).to_have_count(0, timeout=_PATIENCE)
    _try(page, key)
    _picture(page, folder / next(names))
    page.press("lesson-next")
    page.come_to_rest()
    _picture(page, folder / next(names))
    page.press("lesson-next")
    _press(page.page.locator(f"[class*=st-key-lesson-option-] {_OPEN}"))
    page.come_to_rest()
    _picture(page, folder / next(names))
    page.press("lesson-next")
    page.come_to_rest()
    _picture(page, folder / next(names))


def _try(page: LearnPage, key: str) -> None:
    """Press the visible buttons of the screen in turn until the lesson leads on."""
    for turn in range(_TRIES):
        page.come_to_rest()
        if page.keyed("lesson-next").count():
            return
        buttons = page.keyed("lesson-screen").locator(f".stButton {_OPEN}")
        count = buttons.count()
        assert count, f"{key}: no visible control is left to try"
        buttons.nth(turn % count).click()
    raise AssertionError(f"{key}: not done after {_TRIES} presses")


def _press(button: Locator) -> None:
    """Press as soon as possible: a computation may take half a minute."""
    button.first.click(timeout=_PATIENCE)


def _await_lab(page: LearnPage) -> None:
    """Wait until the first screen is complete, and all buttons of the next one are enabled."""
    expect(page.page.get_by_test_id("stProgress")).to_have_count(0, timeout=_PATIENCE)
    page.come_to_rest()


def _picture(page: LearnPage, path: Path) -> None:
    size = page.page.viewport_size
    assert size is not None
    page.page.mouse.move(0, 0)
    tall = page.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    if tall > size["height"]:
        page.page.set_viewport_size({**size, "height": min(tall, _TALLEST)})
    page.page.wait_for_timeout(500)
    page.page.screenshot(path=path)
    page.page.set_viewport_size(size)
    print(path, flush=True)


def main() -> None:
    """Walk the requested lessons, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("keys", nargs="*", default=[], metavar="KEY", choices=[[], *LESSONS])
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    path = chromium.find()
    assert path, "no Chromium is installed"
    with running() as server, chromium.launched(path) as browser:
        scheme: Scheme = "dark" if options.dark else "light"
        tab: Page = browser.new_page(
            viewport=ViewportSize(width=width, height=height), color_scheme=scheme
        )
        page = LearnPage(tab, server.address)
        for key in options.keys or LESSONS:
            walk(page, key, options.folder)


if __name__ == "__main__":
    main()
