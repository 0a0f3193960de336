"""Look of the Worlds page on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWorlds
from tests.browser.page import NARROW

pytestmark = [pytest.mark.browser, pytest.mark.nightly]


def test_on_a_phone_ways_on_are_one_row_and_tools_of_tables_cover_nothing(
    open_worlds: OpenWorlds,
) -> None:
    """Tools that nothing can hover over are always in sight."""
    page = open_worlds(viewport=NARROW, has_touch=True, is_mobile=True)
    assert page.bar_rows == 1
    tools = page.keyed("tables").get_by_test_id("stElementToolbar").first
    expect(tools).to_have_css("opacity", "1")
    said = page.page.get_by_text("One action per row")
    above, below = said.bounding_box(), tools.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"] + 1
