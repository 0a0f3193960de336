"""The Learn page as a person sees it."""

from typing import Self

from playwright.sync_api import expect

from tests.browser.page import AppPage


class LearnPage(AppPage):
    """One tab with the Learn page."""

    PATH = "/learn"

    def open(self, query: str = "") -> Self:
        """Open the page, and wait until there is something to do."""
        super().open(query)
        first = "lesson-guessed" if "lesson=" in query else "begin-barista"
        expect(self.button(first)).to_be_visible()
        self.come_to_rest()
        return self

    def on(self, key: str = "lesson-next") -> None:
        """Press a way on as soon as it is open, by keys alone."""
        expect(self.button(key)).to_be_enabled()
        self.tab_to(key)
        self.page.keyboard.press("Enter")
        self.settle()
