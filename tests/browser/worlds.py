"""Page object for Worlds, with keyboard input only."""

from collections.abc import Sequence

from playwright.sync_api import expect

from tests.browser.page import AppPage

TRUTH = "Who likes what best"


class WorldsPage(AppPage):
    """A tab with the Worlds page."""

    PATH = "/worlds"
    CHARTS = (TRUTH,)

    def type(self, *keys: str) -> None:
        """Press keys or type texts, in order."""
        for key in keys:
            if key in _KEYS:
                self.page.keyboard.press(key)
                self.page.wait_for_timeout(_HAND)
            else:
                self.page.keyboard.type(key, delay=_LETTER)

    def begin_empty(self) -> None:
        """Begin with empty tables."""
        self.tab_to("new-world")
        self.type("Enter")
        expect(self.keyed("empty")).to_be_visible()
        self.tab_to("empty")
        self.type("Enter")
        expect(self.page.get_by_text("write at least one action").first).to_be_visible()
        self.type("Escape")

    def tab_into(self, table: str) -> None:
        """Press Tab until a table has the focus, after the page has settled."""
        self.settle()
        for _ in range(80):
            if self.page.evaluate(_HAS_FOCUS, f"[class*=st-key-worlds-{table}-]"):
                return
            self.type("Tab")
        raise AssertionError(f"Tab does not lead to the table of {table}")

    def paste(self, table: str, columns: int, cells: Sequence[Sequence[object]]) -> None:
        """Paste spreadsheet cells to the right of the first columns of a table."""
        text = "\n".join("\t".join(map(str, row)) for row in cells)
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.tab_into(table)
        self.type(*["ArrowRight"] * columns or ["ArrowDown"], "Control+v")


_LETTER, _HAND = 10, 100
"""Milliseconds between two letters, and after further keys: the speed of a fast typist."""
_KEYS = {"Enter", "Tab", "Escape", "ArrowDown", "ArrowRight", "Control+a", "Control+v"}
_HAS_FOCUS = """place => document.activeElement.tagName === "CANVAS"
    && document.activeElement.closest(place) !== null"""
