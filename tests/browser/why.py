"""Page object for Why."""

from playwright.sync_api import expect

from tests.browser.page import AppPage

BELIEFS, REASONS, WORTH = "A bell and a bar", "Reasons for", "Reward lost without each field"
"""Parts of the charts' descriptions."""


class WhyPage(AppPage):
    """A tab with the Why page."""

    PATH = "/why"

    def wait(self) -> "WhyPage":
        """Wait until the offer and its reasons are drawn."""
        for name in (BELIEFS, REASONS):
            expect(self.chart(name).locator("svg")).to_be_visible()
        self.settle()
        return self

    def suppose(self, field: str, value: str) -> None:
        """Change a field of the visitor."""
        self.keyed(field).locator("[data-baseweb=select], input").first.click()
        self.page.get_by_role("option", name=value).click()
        expect(self.button("as-it-was")).to_be_visible()
        self.wait()
