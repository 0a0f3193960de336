"""Page object for Evaluate."""

from playwright.sync_api import Locator

from tests.browser.page import AppPage

FOREST = "What each option would have earned"


class EvaluatePage(AppPage):
    """A tab with the Evaluate page."""

    PATH = "/evaluate"
    CHARTS = (FOREST,)

    @property
    def headline(self) -> Locator:
        """The headline sentence."""
        return self.keyed("evaluate-headline")
