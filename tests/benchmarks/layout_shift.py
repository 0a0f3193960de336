"""Layout shift while a page loads, and after a click.

    python -m tests.benchmarks.layout_shift

Chromium's layout shift of each page, on a small laptop and on a phone: the moved share of the
screen times the distance, summed; up to 0.1 is good. Shifts within half a second of a press are
expected, and do not count.
"""

import sys
from collections.abc import Iterator

import pandas as pd
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import chromium
from tests.browser.app import Server, running

WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
}).observe({type: "layout-shift", buffered: true});
"""
SIZES = (ViewportSize(width=1280, height=720), ViewportSize(width=390, height=844))
PAGES = {
    "Play": ("/", "reward-1"),
    "a crowd": ("/?seed=8", "let-in-100"),
    "Compare": ("/compare", "step"),
    "Race": ("/race?visitors=200&crowds=2", "start"),
    "Data": ("/data", None),
    "Evaluate": ("/evaluate", "skip"),
    "Why": ("/why", None),
    "Learn": ("/learn", "begin-barista"),
    "Worlds": ("/worlds", "scramble"),
    "the show": ("/?stage=1&show=play", None),
}
"""Address of each page, and the button to press there."""
_STILL = 3_000
"""Milliseconds until a page is stable; a race of two crowds is over, too."""


def shifts(browser: Browser, app: Server) -> Iterator[dict[str, object]]:
    """A row for each page in each size."""
    for name, (path, key) in PAGES.items():
        for size in SIZES:
            with browser.new_context(viewport=size) as context:
                page = context.new_page()
                page.add_init_script(WATCH)
                page.goto(f"{app.address}{path}")
                page.get_by_role("heading").first.wait_for()
                loaded = _shifted(page)
                if key is not None:
                    page.locator(f".st-key-{key} button:visible").first.click()
                after = "" if key is None else f"{_shifted(page):.3f}"
            where = f"{size['width']}x{size['height']}"
            yield {"page": name, "window": where, "load": f"{loaded:.3f}", "click": after}


def _shifted(page: Page) -> float:
    """Layout shift since the last call, after the page has settled."""
    page.wait_for_timeout(_STILL)
    moved: float = page.evaluate("shifts.splice(0).reduce((sum, one) => sum + one, 0)")
    return moved


def main() -> None:
    path = chromium.find()
    if path is None:
        sys.exit(f"no Chromium: none of {', '.join(chromium.NAMES)} is installed")
    with chromium.launched(path) as browser, running() as app:
        print(pd.DataFrame(shifts(browser, app)).to_string(index=False))


if __name__ == "__main__":
    main()
