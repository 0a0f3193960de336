"""Page object for the stage of a page."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from playwright.sync_api import Locator, TimeoutError, ViewportSize, expect

from tests.browser.page import AppPage

PROJECTORS = (
    ViewportSize(width=1280, height=720),
    ViewportSize(width=1024, height=768),
    ViewportSize(width=800, height=600),
)
LEAST = {1280: (28, 20), 1024: (20, 20), 800: (16, 16)}
"""Minimum type size in pixels in a chart and elsewhere, by window width."""
LOST = 10_000
"""Milliseconds without an effect after which a press counts as lost: pressed again too soon, it
would count twice."""
_LATE = 3_000
"""Milliseconds in which a sentence may follow its overlay."""


class StagePage(AppPage):
    """A tab with a page's stage."""

    def show(self, path: str) -> Self:
        """Open a page on the stage, and wait until its chart is there."""
        self.page.goto(f"{self.address}{path}")
        expect(self.sentence).to_be_visible()
        return self

    @property
    def sentence(self) -> Locator:
        """The sentence on the stage."""
        return self.keyed("stage-said").get_by_role("heading")

    @property
    def picture(self) -> Locator:
        """The chart, once drawn."""
        return self.keyed("stage-hero").locator("svg.marks")

    def raise_hand(self, answer: str) -> None:
        """Press the key of an answer once hands are counted, as none is heard before."""
        self.page.wait_for_function(_HEARS)
        self.page.keyboard.press(answer)

    def press_until(self, key: str, said: str) -> None:
        """Press a key repeatedly until the sentence appears; early presses may be lost."""
        self._until(lambda: self.page.keyboard.press(key), said)

    def tap_until(self, share: float, said: str) -> None:
        """Tap at a share of the stage's width with a finger, likewise."""
        self._until(lambda: self.page.evaluate(_TAP, share), said)

    @property
    def drawn_presses(self) -> int:
        """Number of presses whose screens are drawn."""
        return int(self.page.evaluate("() => document.documentElement.dataset.drawn ?? 0"))

    def _until(self, act: Callable[[], object], said: str) -> None:
        for _ in range(20):
            before, sentence = self.drawn_presses, self.sentence.inner_text()
            if said in sentence:
                return
            act()
            with suppress(TimeoutError):
                self.page.wait_for_function(_DRAWN_SINCE, arg=before, timeout=LOST)
            self.settle()
            with suppress(AssertionError):  # It may come a moment after the overlay.
                expect(self.sentence).not_to_have_text(sentence, use_inner_text=True, timeout=_LATE)
        raise AssertionError(f"{said!r} is never said, but {self.sentence.inner_text()!r}")

    def leave_or_enter(self, key: str, there: Locator) -> None:
        """Press a key that enters or leaves the stage, again if the first press was lost."""
        for _ in range(5):
            self.settle()
            if not there.is_visible():
                self.page.keyboard.press(key)
            with suppress(AssertionError):
                expect(there).to_be_visible(timeout=LOST)
                self.settle()
                self.page.wait_for_function(_HEARS)
                expect(there).to_be_visible(timeout=1)
                return
        raise AssertionError(f"{key} leads nowhere")

    def faults(self, size: ViewportSize) -> set[str]:
        """Parts of the stage that are too small, out of sight or hidden at a size of the window."""
        self.page.set_viewport_size(size)

        def found() -> set[str]:
            seen: dict[str, Any] = self.page.evaluate(_SEEN)
            wrong = {f"scrolls by {seen['excess']} px"} if seen["excess"] > 0 else set()
            if not seen["texts"]:
                wrong.add("nothing is said")
            in_picture, other = LEAST[size["width"]]
            for text in seen["texts"]:
                if text["size"] < (in_picture if text["inPicture"] else other) - 0.01:
                    wrong.add(f"{text['size']:.1f} px: {text['text']}")
                if text["outside"] > 1:
                    wrong.add(f"{text['outside']:.0f} px outside: {text['text']}")
                if text["over"]:
                    wrong.add(f"over {text['over']!r}: {text['text']}")
            return wrong

        return {f"{size['width']} px: {fault}" for fault in self.lasting(found)}


_HEARS = """() => !document.querySelector(".st-key-on-stage")
    || document.documentElement.dataset.hands !== undefined"""
"""True once keys have an effect on the stage, and on a page."""
_DRAWN_SINCE = "before => Number(document.documentElement.dataset.drawn ?? 0) !== before"
_TAP = """share => document.querySelector(".st-key-on-stage").dispatchEvent(new PointerEvent(
    "click", {pointerType: "touch", clientX: share * innerWidth, bubbles: true}))"""
_SEEN = r"""() => {
    const isClipped = each => each && (
        getComputedStyle(each).clipPath !== "none" || isClipped(each.parentElement));
    const isSeen = each => each.textContent.trim() && each.checkVisibility() && !isClipped(
        each.closest("svg") ?? each);
    const {scrollWidth, scrollHeight} = document.scrollingElement;
    const texts = [...document.querySelectorAll(
        ".st-key-on-stage :is(svg text, h1, p, [data-testid=stMetricValue])")];
    const counted = document.querySelector(".counts-hands .st-key-on-stage");
    const hands = innerHeight - (counted ? parseFloat(getComputedStyle(counted).paddingBottom) : 0);
    const seen = texts.filter(isSeen).map(each => {
        const box = each.getBoundingClientRect(), frame = each.closest("svg");
        const {left, top, right, bottom} = frame?.getBoundingClientRect() ?? box;
        return {
            box, frame,
            text: each.textContent,
            inPicture: Boolean(frame),
            size: parseFloat(getComputedStyle(each).fontSize),
            outside: Math.max(
                -box.left, -box.top, box.right - innerWidth, box.bottom - hands,
                // Letters fill about two thirds of the box that they have in a picture.
                left - box.left, top - box.top - 6, box.right - right, box.bottom - bottom - 6),
        };
    });
    // The same text twice is one with a rim. Boxes are higher than letters, and may share a little.
    const covers = (one, other) => one.text !== other.text && one.frame === other.frame
        && Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > 4
        && Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
            > 0.6 * Math.min(one.size, other.size);
    return {
        excess: Math.max(scrollWidth - innerWidth, scrollHeight - innerHeight),
        texts: seen.map((one, place) => ({
            ...one, box: null, frame: null,
            over: one.frame && seen.slice(0, place).find(other => covers(one, other))?.text,
        })),
    };
}"""
"""Scroll width of the page and, for each text on the stage, its size, its overhang over the
window or its chart, its overlap with the votes, and the text of its chart that it overlaps."""
