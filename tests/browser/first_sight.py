"""Controls and words that a page shows before anybody scrolls.

`python -m tests.browser.first_sight ADDRESS` counts those of each page of a running app. A control
is what can be pressed, chosen or typed into; a word is one that can be read. What is outside the
window, invisible, or behind the answers at a phone's foot counts as neither, nor does a cell of a
picture.
"""

import sys
from dataclasses import dataclass
from typing import Self

from playwright.sync_api import Page

from tests.browser import chromium
from tests.browser.page import NARROW, WIDE, AppPage

PAGES = ("", "compare", "race", "evaluate", "why", "learn", "worlds", "data")


@dataclass(frozen=True, slots=True)
class FirstSight:
    """Names of the controls in sight, and the words."""

    controls: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, page: Page) -> Self:
        """Controls and words inside the window of a page."""
        seen = page.evaluate(_SEEN)
        return cls(tuple(seen["controls"]), tuple(seen["words"]))


_SEEN = r"""() => {
    const CONTROL = "button, a[href], input, select, textarea, summary, " + [
        "button", "tab", "switch", "radio", "slider", "checkbox", "menuitem", "combobox", "option",
    ].map(role => `[role=${role}]`).join();
    const all = [], roots = [document];
    while (roots.length) {
        for (const each of roots.pop().querySelectorAll("*")) {
            all.push(each);
            if (each.shadowRoot) roots.push(each.shadowRoot);
        }
    }
    const isInside = ({ top, right, bottom, left, width, height }) => width > 1 && height > 1
        && bottom > 1 && right > 1 && top < innerHeight - 1 && left < innerWidth - 1;
    const isDrawn = each =>
        each.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const foot = document.querySelector(".st-key-visit");
    const isFixed = foot && getComputedStyle(foot).position === "fixed";
    const isCovered = (each, { top }) =>
        isFixed && !foot.contains(each) && top >= foot.getBoundingClientRect().top;
    const isSeen = (each, box) => isInside(box) && isDrawn(each) && !isCovered(each, box);

    const found = all.filter(each => each.matches(CONTROL) && !each.closest("svg"));
    // A switch is its label.
    const wholeOf = each => each.matches("input") && each.closest("label") || each;
    const isSeenWhole = each => isSeen(each, each.getBoundingClientRect());
    const inSight = [...new Set(found.map(wholeOf))].filter(isSeenWhole);
    const outermost = inSight.filter(
        each => !inSight.some(other => other !== each && other.contains(each)),
    );
    const nameOf = each => each.getAttribute("aria-label") || each.innerText || each.title || "";

    const words = [], isWord = word => /[\p{L}\p{N}]/u.test(word);
    const read = text => words.push(...text.split(/\s+/).filter(isWord));
    for (const each of all) {
        if (each.matches("script, style, noscript, option")) continue;
        if (/Material Symbols/.test(getComputedStyle(each).fontFamily)) continue;
        if (each.matches("select") && isSeenWhole(each)) read(each.selectedOptions[0].text);
        for (const node of each.childNodes) {
            if (node.nodeType !== Node.TEXT_NODE || !node.textContent.trim()) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const box = range.getBoundingClientRect();
            if (isSeenWhole(each) && isSeen(each, box)) read(node.textContent);
        }
    }
    return { controls: outermost.map(each => nameOf(each).trim().replace(/\s+/g, " ")), words };
}"""


def main(address: str) -> None:
    """Print the counts of each page of a running app."""
    path = chromium.find()
    assert path is not None, "no Chromium"
    with chromium.launched(path) as browser:
        for size in (WIDE, NARROW):
            for name in PAGES:
                page = AppPage(browser.new_context(viewport=size).new_page(), address)
                page.visit(f"{address}/{name}").come_to_rest()
                sight = FirstSight.of(page.page)
                print(
                    f"{size['width']}x{size['height']} {name or 'play':9}"
                    f"{len(sight.controls):4} controls{len(sight.words):5} words"
                )
                page.page.context.close()


if __name__ == "__main__":
    main(sys.argv[1])
