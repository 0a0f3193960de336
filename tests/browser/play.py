"""The Play page as a person sees it: what stands there, what can be pressed."""

import csv
import re
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

BARS, BELLS, MAP = "each bar is a chance", "One bell for each action", "Map of all contexts"
CURVE, REGRET = "Mean reward ", "Cumulative regret "
"""How the charts are called, in part."""
WORLDS = ("News", "Movies", "Store", "Coffee")
"""Titles of the worlds; the one that opens by itself comes last."""
STEP_KEY = "s"
PATIENCE = 20_000
"""Milliseconds until something that does not come counts as missing."""

expect.set_options(timeout=PATIENCE)


class PlayPage:
    """One tab with the Play page.

    Attributes:
        complaints: errors that the browser reported, and requests to any other host.
    """

    def __init__(self, page: Page, address: str) -> None:
        page.set_default_timeout(PATIENCE)
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"console: {said.text}") if said.type == "error" else None
            ),
        )
        page.on("request", lambda request: self._check_host(request.url))
        page.on("websocket", lambda socket: self._check_host(socket.url))

    def _check_host(self, url: str) -> None:
        asked = urlsplit(url)
        if asked.scheme not in {"data", "blob"} and asked.netloc != urlsplit(self.address).netloc:
            self.complaints.append(f"request to another host: {url}")

    def open(self, query: str = "") -> Self:
        """Open the page with a query string, and wait until all its charts are drawn."""
        return self.visit(f"{self.address}/{query}")

    def events(self) -> list[dict[str, str]]:
        """The event log as it is downloaded, oldest first."""
        self.keyed("log").locator("summary").click()
        with self.page.expect_download() as download:
            self.press("log-csv")
        with download.value.path().open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def visit(self, url: str) -> Self:
        """Open an address of the page, and wait until all its charts are drawn."""
        self.page.goto(url)
        for name in (BARS, BELLS, MAP):
            expect(self.chart(name).locator("svg")).to_be_visible()
        return self

    # -- what stands there ------------------------------------------------------------

    def keyed(self, key: str) -> Locator:
        """The element with a key in the app's code."""
        return self.page.locator(f".st-key-{key}").first

    def chart(self, name: str) -> Locator:
        """A chart by a part of its description; the large one, if there is a small copy."""
        return self.page.locator(f'.stVegaLiteChart[aria-label*="{name}"]').first

    def button(self, key: str) -> Locator:
        """A button; those with help stand in the page twice, one of them hidden."""
        return self.keyed(key).locator("button:visible").first

    @property
    def visitors(self) -> Locator:
        """The number of visitors."""
        metrics = self.page.get_by_test_id("stMetric").filter(has_text="Visitors")
        return metrics.locator("[data-testid=stMetricValue]").first

    @property
    def who(self) -> Locator:
        """The heading that names the visitor's context."""
        return self.page.get_by_role("heading", name="What it would offer")

    @property
    def offered(self) -> str:
        """The id of the action on the card."""
        return self.keyed("offer").get_by_role("heading").last.inner_text()

    @property
    def chances(self) -> dict[str, float]:
        """Percent of each action, as the bars tell those who cannot see them."""
        bars = self.chart(BARS).locator("path[aria-label*='Chance: ']")
        labels = bars.evaluate_all("bars => bars.map(bar => bar.getAttribute('aria-label'))")
        found = [re.search(r"Action: (.*?); Chance: ([\d.]+)%", label) for label in labels]
        return {match[1]: float(match[2]) for match in found if match}

    # -- what can be done -------------------------------------------------------------

    def press(self, key: str) -> None:
        """Press a button as soon as it can be."""
        self.button(key).click()

    def choose(self, key: str, option: str) -> None:
        """Choose one of several."""
        radio = self.page.locator(f"[class*=st-key-{key}]").get_by_role("radio", name=option)
        radio.click()
        expect(radio).to_be_checked()

    def choose_world(self, title: str) -> None:
        """Go to another world, and wait until its first visitor stands there."""
        self.choose("world", title)
        expect(self.page.locator(f"[class*='st-key-{title.lower()}-']").first).to_be_visible()
        self.settle()
        self.expect_visitors(0)

    def settle(self) -> None:
        """Wait until the script that draws the page is done."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )

    def switch(self, key: str) -> None:
        """Turn a switch."""
        self.keyed(key).locator("label").first.click()

    def place(self, *values: str) -> None:
        """Put somebody else before the engine: one value for each field of the coffee world."""
        for field, value in zip(("name", "weather", "timeofday"), values, strict=True):
            self.choose(f"coffee-{field}", value)
        expect(self.who).to_contain_text(" · ".join(values))

    def expect_visitors(self, number: int) -> None:
        """Wait until so many visitors have been served, and the offer is the next one's."""
        expect(self.visitors).to_have_text(f"{number:,}")

    def open_settings(self) -> Locator:
        """Open the settings; what is in them."""
        self.press("settings")
        settings = self.page.get_by_role("dialog", name="Settings")
        expect(settings.get_by_role("radio", name="pairs")).to_be_visible()
        return settings

    def close_popover(self) -> None:
        """Close what is open, and leave no field in focus."""
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_hidden()
        self.page.evaluate("document.activeElement?.blur()")

    @property
    def link(self) -> str:
        """The link to this set-up, out of its popover."""
        self.press("link")
        code = self.page.get_by_test_id("stPopoverBody").locator("code")
        expect(code).to_contain_text("seed=")
        return code.inner_text()
