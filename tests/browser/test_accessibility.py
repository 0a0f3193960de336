"""Accessibility of pages in the listed states: no serious or moderate violation for axe-core, and
no faults in the windows of `cramped`.

States that other tests reach anyway are checked there (`violations`): Play, Compare, Race, Evaluate
and Data in the tests of their looks, lessons and *Why* on their journeys.

The other colour scheme changes colours only. Contrast is measured text by text by `cramped` and by
the tests of a page's look; axe-core checks both schemes of the remaining states.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.app import Server
from tests.browser.conftest import NewTab, OpenWorlds
from tests.browser.legibility import cramped
from tests.browser.page import AppPage

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

BAD = {"moderate", "serious", "critical"}
NOT_OURS = ("[disabled]", "[aria-disabled=true]", "[data-disabled=true]")
"""Disabled elements need no contrast (WCAG 1.4.3)."""
ALL = {"resultTypes": ["violations"]}
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules about colours: a scheme changes colours only."""


def violations(page: AppPage, state: str, options: dict[str, list[str]] = ALL) -> Iterator[str]:
    """Violations found by axe-core in the current state."""
    page.settle()
    page.page.mouse.move(0, 0)
    for fault in sorted(page.lasting(partial(_found, page, options))):
        yield f"{state}, {page.schemes[0]}: {fault}"


def in_both_schemes(page: AppPage, state: str) -> Iterator[str]:
    """Violations in the current scheme, and colour violations in the other."""
    yield from violations(page, state)
    page.turn(page.schemes[1])
    yield from violations(page, state, COLOURS)


def wrong(page: AppPage, state: str) -> Iterator[str]:
    """Violations in the current scheme, and faults of fit and contrast in the other."""
    yield from violations(page, state)
    page.turn(page.schemes[1])
    yield from (f"{state}, {fault}" for fault in sorted(cramped(page)))


def _found(page: AppPage, options: dict[str, list[str]]) -> set[str]:
    page.stand_still()
    # Half a megabyte of script, loaded once per page.
    axe = Axe("0") if page.page.evaluate("'axe' in window") else Axe()
    found = axe.run(page.page, {"exclude": [[each] for each in NOT_OURS]}, options)
    return {
        f"{one['id']} ({one['impact']}): {'; '.join(n['html'][:120] for n in one['nodes'][:3])}"
        for one in found.response["violations"]
        if one["impact"] in BAD
    }


def test_the_first_screen_of_worlds(open_worlds: OpenWorlds) -> None:
    found = list(wrong(open_worlds(), "Worlds"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "path",
    [
        "/learn",
        "/learn?lesson=barista&step=reveal",
        "/words",
        "/use",
        "/show",
        "/?you=1",
    ],
)
def test_lessons_and_words_and_where_you_choose(new_tab: NewTab, server: Server, path: str) -> None:
    page = AppPage(new_tab(), server.address).visit(f"{server.address}{path}")
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    page.come_to_rest()
    found = list(wrong(page, path))
    assert not found, "\n".join(found)
    assert not page.complaints
