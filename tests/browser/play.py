"""Page object for Play."""

import re

from playwright.sync_api import Locator, expect

from pages.parts.components.toolbar import WORLD_MENU
from pages.parts.play.detail_boxes import BOXES, TITLES
from tests.browser.page import AppPage

PICTURE, MAP = "A bell and a bar for each action", "Map of all contexts"
CURVE, REGRET = "Mean reward ", "Cumulative regret "
"""Parts of the charts' descriptions."""
WORLDS = ("News", "Movies", "Shop", "Coffee")
"""Titles of the worlds; the default world comes last."""
STEP_KEY = "s"


class PlayPage(AppPage):
    """A tab with the Play page."""

    CHARTS = (PICTURE, MAP)

    def events(self) -> list[dict[str, str]]:
        """The downloaded event log, oldest first."""
        self.look_closer("log")
        return self.table("log-csv")

    def look_closer(self, box: str) -> None:
        """Open a box below the page."""
        self.keyed(BOXES).get_by_role("button", name=TITLES[box][1]).click()

    # -- contents ---------------------------------------------------------------------

    @property
    def who(self) -> Locator:
        """The sentence with the visitor's context and the reason for the choice."""
        return self.keyed("picture").locator(".panel-words")

    @property
    def offered(self) -> str:
        """The id of the action on the card."""
        return self.keyed("offer").get_by_role("heading").last.inner_text()

    def slot(self, name: str) -> Locator:
        """The choice of a slot, with its offer, in a world with slots."""
        return self.keyed("slots").get_by_role("radio").and_(self.page.locator(f"[value='{name}']"))

    @property
    def chances(self) -> dict[str, float]:
        """Percentage of each action, from the rows' labels for screen readers.

        The page's numbers are there before its first chart.
        """
        rows = self.chart(PICTURE).locator("path[aria-label*=', chance ']")
        rows.first.wait_for(state="attached")
        labels = rows.evaluate_all("rows => rows.map(row => row.getAttribute('aria-label'))")
        found = [re.search(r"(.*), chance ([\d.]+)\s%", label) for label in labels]
        return {match[1]: float(match[2]) for match in found if match}

    @property
    def scale(self) -> float:
        """Width in pixels between rewards 0 and 1 in the chart; 0 while the chart is redrawn."""
        boxes = [
            [
                mark.bounding_box()
                for mark in self.chart(PICTURE).get_by_text(text, exact=True).all()
            ]
            for text in ("0", "1")
        ]
        # Chances, too, have a 0, further right.
        zeros, ones = ([box for box in found if box] for found in boxes)
        if not zeros or not ones:
            return 0.0
        zero, one = min(zeros, key=lambda box: box["x"]), ones[0]
        return one["x"] + one["width"] / 2 - zero["x"] - zero["width"] / 2

    @property
    def tall_pictures(self) -> int:
        """Number of pictures on the map that are higher than their cells."""
        tall: int = self.chart(MAP).evaluate(_TALL_PICTURES)
        return tall

    # -- actions ----------------------------------------------------------------------

    def expect_world(self, title: str) -> None:
        """Check the world in the toolbar."""
        expect(self.button(WORLD_MENU)).to_contain_text(title)

    def choose_world(self, title: str) -> None:
        """Go to another world, and wait until its first visitor is displayed."""
        self.open_tool(WORLD_MENU).get_by_role("radio", name=title).click()
        expect(self.page.locator(f"[class*='st-key-{title.lower()}-']").first).to_be_visible()
        self.settle()
        self.expect_visitors(0)

    def place(self, *values: str) -> None:
        """Select another visitor: one value for each field of the coffee world."""
        for field, value in zip(("name", "weather", "timeofday"), values, strict=True):
            self.choose(f"coffee-{field}", value)
        expect(self.who).to_contain_text(" · ".join(values))

    def open_settings(self) -> Locator:
        """Open the settings; return the box."""
        settings = self.open_more("Settings")
        expect(settings.get_by_role("radio", name="pairs")).to_be_visible()
        return settings

    def turn_setting(self, key: str) -> None:
        """Toggle a switch in the settings."""
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
        """Give an answer from the menu of further answers."""
        if not self.button(key).is_visible():
            self.press("another-answer")
        self.press(key)


_TALL_PICTURES = """map => {
    const {height} = map.querySelector(".mark-rect path").getBoundingClientRect();
    const pictures = [...map.querySelectorAll(".mark-text text")];
    const type = each => parseFloat(getComputedStyle(each).fontSize);
    return pictures.filter(each => type(each) > 0.8 * height).length;
}"""
"""Pictures higher than their cells; a picture is about a fifth higher than its type size."""
