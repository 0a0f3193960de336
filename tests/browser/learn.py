"""Page object for Learn."""

from typing import Self

from playwright.sync_api import ViewportSize, expect

from tests.browser.page import AppPage


class LearnPage(AppPage):
    """A tab with the Learn page."""

    PATH = "/learn"

    def open(self, query: str = "") -> Self:
        """Open the page, and wait for the first control."""
        super().open(query)
        first = "lesson-guessed" if "lesson=" in query else "begin-barista"
        expect(self.button(first)).to_be_visible()
        self.come_to_rest()
        return self

    def out_of_sight(self, *sizes: ViewportSize) -> set[str]:
        """In which windows the first picture of a screen, or a button, is not in sight."""
        before, found = self.page.viewport_size, set[str]()
        for size in sizes:
            self.page.set_viewport_size(size)
            below = self.lasting(lambda: {"below"} if self.page.evaluate(_BELOW) > 1 else set())
            found |= {f"{size['width']} px: {below}"} if below else set()
        if before:
            self.page.set_viewport_size(before)
        return found

    def shifts(self) -> float:
        """Layout shift since the last call, also just after a press; 0 at the first call."""
        moved: float = self.page.evaluate(_SHIFTS)
        return moved

    @property
    def place_of_the_picture(self) -> tuple[int, ...] | None:
        """Left, top, width and height of the first picture of a screen beside the words."""
        picture = self.page.locator(_PICTURE).first
        box = picture.bounding_box() if picture.count() else None
        return box and tuple(round(box[side]) for side in ("x", "y", "width", "height"))

    def is_below(self, lower: str, upper: str) -> bool:
        """Whether an element begins below the end of another."""
        boxes = [self.keyed(key).bounding_box() for key in (lower, upper)]
        (below, above) = (box for box in boxes if box)
        return below["y"] >= above["y"] + above["height"]

    @property
    def flat_pictures(self) -> set[str]:
        """Charts that are too low to read."""
        return set(self.page.evaluate(_FLAT))

    def guess(self) -> None:
        """Move the slider by one step, or pick the first answer; cells may stay unmarked."""
        asked = self.keyed("lesson-guess")
        expect(asked).to_be_visible()
        self.come_to_rest()
        if (slider := asked.get_by_role("slider")).count():
            slider.press("ArrowRight")
        elif (answers := asked.get_by_role("radiogroup").locator("label")).count():
            answers.first.click()
        self.come_to_rest()

    def on(self, key: str = "lesson-next") -> None:
        """Press a button by keyboard as soon as it is enabled."""
        expect(self.button(key)).to_be_enabled()
        self.tab_to(key)
        self.page.keyboard.press("Enter")
        self.settle()


_PICTURE = ".st-key-lesson-screen .stVegaLiteChart:not(.st-key-lesson-beside *)"
_SHIFTS = """() => {
    if (!window.shifts) {
        window.shifts = [];
        const add = list => window.shifts.push(...list.getEntries().map(each => each.value));
        new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
    }
    return window.shifts.splice(0).reduce((sum, value) => sum + value, 0);
}"""

_FLAT = """() => [...document.querySelectorAll(".st-key-lesson-screen .stVegaLiteChart")]
    .map(each => each.clientHeight).filter(height => height < 150).map(each => `${each} px`)"""

_BELOW = """() => {
    document.querySelector("[data-testid=stMain]").scrollTo(0, 0);
    const end = document.querySelector(".st-key-lesson-doors").getBoundingClientRect().top;
    const [picture] = document.querySelectorAll(".st-key-lesson-screen .stVegaLiteChart");
    const buttons = document.querySelectorAll(".st-key-lesson-screen .stButton");
    const ends = [...buttons, ...picture ? [picture] : []].map(
        each => each.getBoundingClientRect().bottom);
    return Math.max(0, ...ends.map(each => each - end));
}"""
"""Pixels by which the first picture of a screen, or a button, reaches below what leads on."""
