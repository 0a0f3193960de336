"""Page object for Race."""

from typing import Self

from playwright.sync_api import Locator, expect

from tests.browser.page import AppPage

REWARD, REGRET = "Mean reward of each method by visitor", "Cumulative regret of each method"
FINALS, SEGMENTS = "with its 95 % interval", "Regret per visitor of each method"
"""Parts of the charts' descriptions."""
_LONG = 300_000
"""Timeout of a race in milliseconds: race processes have a low priority."""


class RacePage(AppPage):
    """A tab with the Race page."""

    PATH = "/race"

    @property
    def verdict(self) -> Locator:
        """The verdict after the race."""
        return self.keyed("verdict")

    def open(self, query: str = "") -> Self:
        """Open the page with a query string, and wait until a race can start."""
        super().open(query)
        expect(self.button("start")).to_be_visible()
        self.settle()
        return self

    def bet(self, name: str) -> None:
        """Place a bet, and wait until the bet is displayed; after a race the bet is behind a
        button.
        """
        again = self.page.locator(".st-key-bet-again button:visible")
        if again.count():
            again.click()
        pill = self.keyed("race-bet").get_by_role("radio", name=name, exact=True)
        pill.click()
        expect(pill).to_be_checked()
        self.settle()
        self.close_popover()

    def race(self) -> None:
        """Start, and wait until the race is over."""
        self.press("start")
        expect(self.button("stop")).to_be_visible()
        self.finish()

    def finish(self) -> None:
        """Wait until the race is over and completely drawn."""
        expect(self.verdict).to_be_visible(timeout=_LONG)
        expect(self.button("start")).to_be_enabled()
        for name in (REWARD, REGRET, FINALS, SEGMENTS):
            expect(self.chart(name).locator("svg")).to_be_visible()
        self.page.mouse.move(0, 0)

    def rows(self, part: str) -> list[dict[str, str]]:
        """A download, row by row."""
        return self.table(f"race-csv-{part}")
