"""The Play page as a person sees it: what stands there, what can be pressed."""

import re

from playwright.sync_api import Locator, expect

from pages.parts.play.details import BOXES, TITLES
from tests.browser.page import AppPage

PICTURE, MAP = "A bell and a bar for each action", "Map of all contexts"
CURVE, REGRET = "Mean reward ", "Cumulative regret "
"""How the charts are called, in part."""
WORLDS = ("News", "Movies", "Shop", "Coffee")
"""Titles of the worlds; the one that opens by itself comes last."""
STEP_KEY = "s"


class PlayPage(AppPage):
    """One tab with the Play page."""

    CHARTS = (PICTURE, MAP)

    def events(self) -> list[dict[str, str]]:
        """The event log as it is downloaded, oldest first."""
        self.look_closer("log")
        return self.table("log-csv")

    def look_closer(self, box: str) -> None:
        """Open what stands below the page."""
        self.keyed(BOXES).get_by_role("button", name=TITLES[box][1]).click()

    # -- what stands there ------------------------------------------------------------

    @property
    def who(self) -> Locator:
        """The sentence that names the visitor's context, and says what decided."""
        return self.keyed("picture").locator(".panel-words")

    @property
    def offered(self) -> str:
        """The id of the action on the card."""
        return self.keyed("offer").get_by_role("heading").last.inner_text()

    @property
    def chances(self) -> dict[str, float]:
        """Percent of each action, as the rows tell those who cannot see them.

        The numbers of a page are there before its first chart is.
        """
        rows = self.chart(PICTURE).locator("path[aria-label*=', chance ']")
        rows.first.wait_for(state="attached")
        labels = rows.evaluate_all("rows => rows.map(row => row.getAttribute('aria-label'))")
        found = [re.search(r"(.*), chance ([\d.]+)\s%", label) for label in labels]
        return {match[1]: float(match[2]) for match in found if match}

    @property
    def scale(self) -> float:
        """Pixels of the picture from a reward of 0 to one of 1; none while it is drawn anew."""
        zero, one = (
            self.chart(PICTURE).get_by_text(text, exact=True).first.bounding_box()
            for text in ("0", "1")
        )
        if not zero or not one:
            return 0.0
        return one["x"] + one["width"] / 2 - zero["x"] - zero["width"] / 2

    @property
    def cut_bells(self) -> int:
        """Bells whose far ends stand above one another, at the edge of their scale."""
        bells = self.chart(PICTURE).locator(".mark-area path")
        cut: int = bells.evaluate_all(_CUT_BELLS)
        return cut

    @property
    def tall_pictures(self) -> int:
        """Pictures on the map that are higher than their cells."""
        tall: int = self.chart(MAP).evaluate(_TALL_PICTURES)
        return tall

    # -- what can be done -------------------------------------------------------------

    def choose_world(self, title: str) -> None:
        """Go to another world, and wait until its first visitor stands there."""
        self.choose("play-world", title)
        expect(self.page.locator(f"[class*='st-key-{title.lower()}-']").first).to_be_visible()
        self.settle()
        self.expect_visitors(0)

    def place(self, *values: str) -> None:
        """Put somebody else before the engine: one value for each field of the coffee world."""
        for field, value in zip(("name", "weather", "timeofday"), values, strict=True):
            self.choose(f"coffee-{field}", value)
        expect(self.who).to_contain_text(" · ".join(values))

    def open_settings(self) -> Locator:
        """Open the settings; what is in them."""
        settings = self.open_more("Settings")
        expect(settings.get_by_role("radio", name="pairs")).to_be_visible()
        return settings

    def turn_setting(self, key: str) -> None:
        """Turn a switch that stands in the settings."""
        self.open_settings()
        self.switch(key)
        self.settle()
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_hidden()

    def choose_yourself(self) -> None:
        """Be the policy; the box of settings closes by itself."""
        self.open_settings()
        self.come_to_rest()
        self.switch("play-you")
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_hidden()

    def answer_otherwise(self, key: str) -> None:
        """Give another answer than those that stand there."""
        if not self.button(key).is_visible():
            self.press("another-answer")
        self.press(key)


_CUT_BELLS = r"""bells => bells.filter(bell => {
    const [start, next] = bell.getAttribute("d").split("C");
    return Number(next.split(",").at(-2)) - Number(start.slice(1).split(",")[0]) < 0.01;
}).length"""
"""Those whose first two points stand above one another."""
_TALL_PICTURES = """map => {
    const {height} = map.querySelector(".mark-rect path").getBoundingClientRect();
    const pictures = [...map.querySelectorAll(".mark-text text")];
    const type = each => parseFloat(getComputedStyle(each).fontSize);
    return pictures.filter(each => type(each) > 0.8 * height).length;
}"""
"""A picture is higher than its type by about a fifth."""
