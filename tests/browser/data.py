"""Page object for Data."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from engine.store.exchange.loop_export import FORMATS
from tests.browser.page import AppPage

_FILES = {kind.key: kind.title for kind in FORMATS}
"""Labels of the links to a loop's files."""


class DataPage(AppPage):
    """A tab with the Data page."""

    PATH = "/data"

    @property
    def loops(self) -> Locator:
        """The rows of all loops."""
        return self.page.locator("[class*=st-key-loop-]")

    @property
    def first(self) -> str:
        """The id of the first loop."""
        found = re.search(r"st-key-loop-([\w-]+)", self.loops.first.get_attribute("class") or "")
        assert found
        return found[1]

    def expect_loops(self, number: int) -> None:
        """Wait until so many loops are listed; the heading of an empty list has no number."""
        heading = f"Your sessions ({number})" if number else "Your sessions"
        expect(self.page.get_by_text(heading, exact=True)).to_be_visible()
        self.settle()

    def open_menu(self, loop: str, part: str) -> None:
        """Open a part of a loop's menu."""
        self.press(f"menu-{loop}")
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_visible()
        box = self.keyed(f"{part}-{loop}")
        expect(box).to_be_visible()
        if not box.locator("details[open]").count():
            box.locator("summary").click()
        self.stand_still()  # An element that moves between press and release is not clicked.

    def export(self, loop: str, to: Path, kind: str = "log") -> Path:
        """Download a loop into a folder."""
        self.open_menu(loop, "export")
        with self.page.expect_download() as download:
            # By text: a link's key is the loop's id, except for ids with `__`.
            link = self.keyed(f"export-{loop}").get_by_role("link", name=_FILES[kind], exact=True)
            expect(link).to_be_visible()
            self.stand_still()
            link.click()
        file = to / download.value.suggested_filename
        download.value.save_as(file)
        self.close_popover()
        return file

    def erase(self, loop: str) -> None:
        """Delete a loop."""
        self.open_menu(loop, "delete")
        self.press(f"erase-{loop}")
        expect(self.page.get_by_text("is deleted")).to_be_visible()
        self.settle()

    def bring_in(self, file: Path) -> None:
        """Import a file; open the import section if necessary."""
        field = self.keyed("bring").locator("details[open]")
        if not field.count():
            self.keyed("bring").locator("summary").click()
        self.page.locator("input[type=file]").set_input_files(file)
        self.press("import")
