"""Page object for Compare."""

import re
from typing import Self

from playwright.sync_api import Locator, expect

from tests.browser.page import AppPage

MATCH, ARMS = "Agreement of the apprentice", "Mean reward of the three systems"
COST, GAIN = "Visitors served worse than by today", "Rewards more or less than today"
OUTLOOK, SLICES = "Band in which the mean reward", "Expected agreement with today"
"""Parts of the charts' descriptions."""


class ComparePage(AppPage):
    """A tab with the Compare page."""

    PATH = "/compare"
    CHARTS = (MATCH, ARMS)

    @property
    def visitors(self) -> Locator:
        """The sentence with the number of visitors."""
        return self.keyed("came")

    def expect_visitors(self, number: int) -> None:
        """Wait until so many visitors have been served."""
        expect(self.visitors).to_contain_text(re.compile(rf"^{number:,} visitors? came"))

    def why(self) -> Self:
        """Open the details behind the numbers."""
        self.keyed("why").locator("summary").click()
        for name in (COST, GAIN, OUTLOOK, SLICES):
            expect(self.chart(name).locator("svg")).to_be_visible()
        expect(self.keyed("compare-csv").get_by_role("link")).to_be_visible()
        return self

    def close_why(self) -> None:
        """Close the details: later frames of a crowd then draw two charts instead of six."""
        self.keyed("why").locator("summary").click()
        expect(self.chart(OUTLOOK)).to_have_count(0)

    @property
    def summary(self) -> str:
        """The summary for presenters."""
        return self.keyed("summary").inner_text()

    def choose_rule(self, name: str) -> None:
        """Choose the present rule, and wait until the loops have started over."""
        box = self.keyed("compare-rule").get_by_role("combobox")
        box.click()
        self.page.get_by_role("option", name=name, exact=True).click()
        expect(box).to_have_value(name)
        self.settle()

    def let_in(self, visitors: int, total: int) -> None:
        """Let visitors in, and wait until all have been served."""
        self.simulate(visitors)
        self.expect_visitors(total)
        self.expect_crowd_over()

    def rows(self, visitors: int) -> list[dict[str, str]]:
        """Downloaded rows of all visitors in order, as soon as the given number is there."""
        self.settle()
        expect(self.keyed("compare-csv")).to_contain_text(f"{visitors:,} visitors")
        return self.table("compare-csv")
