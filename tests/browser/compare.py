"""The Compare page as a person sees it."""

import csv

from playwright.sync_api import expect

from tests.browser.page import AppPage

MATCH, ARMS = "Match rate of the apprentice", "Mean reward of the three loops"
COST, GAIN = "Visitors served worse than today", "Rewards gained on today"
OUTLOOK, SLICES = "Band in which the mean reward", "Expected agreement with today"
"""How the charts are called, in part."""


class ComparePage(AppPage):
    """One tab with the Compare page."""

    PATH = "/compare"
    CHARTS = (MATCH, ARMS, COST, GAIN, OUTLOOK, SLICES)

    @property
    def summary(self) -> str:
        """What a presenter can read out."""
        return self.keyed("summary").inner_text()

    def choose_rule(self, name: str) -> None:
        """Choose what is shown today, and wait until the loops have started over."""
        box = self.keyed("compare-rule").get_by_role("combobox")
        box.click()
        self.page.get_by_role("option", name=name, exact=True).click()
        expect(box).to_have_value(name)
        self.settle()

    def let_in(self, visitors: int, total: int) -> None:
        """Let visitors in, and wait until all have been served."""
        self.press(f"let-in-{visitors}")
        self.expect_visitors(total)
        expect(self.button("start")).to_be_enabled()

    def rows(self, visitors: int) -> list[dict[str, str]]:
        """Every visitor as downloaded, the first one first, as soon as there are so many."""
        self.settle()
        expect(self.keyed("compare-csv")).to_contain_text(f"{visitors:,} visitors")
        with self.page.expect_download() as download:
            self.press("compare-csv")
        with download.value.path().open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
