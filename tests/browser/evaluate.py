"""The Evaluate page as a person sees it."""

from playwright.sync_api import Locator

from tests.browser.page import AppPage

FOREST = "What each option would have earned"


class EvaluatePage(AppPage):
    """One tab with the Evaluate page."""

    PATH = "/evaluate"
    CHARTS = (FOREST,)

    @property
    def headline(self) -> Locator:
        """The one sentence."""
        return self.keyed("evaluate-headline")
