"""One server for all journeys, one Chromium for a module, one session for each page."""

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.app import Server, running
from tests.browser.compare import ComparePage
from tests.browser.page import WIDE, AppPage
from tests.browser.play import PlayPage
from tests.browser.race import RacePage

P = TypeVar("P", bound=AppPage)
OpenPage = Callable[..., PlayPage]
OpenCompare = Callable[..., ComparePage]
OpenRace = Callable[..., RacePage]
"""(query="" or link, address of another server, **options of a browser context) -> an open page."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The app, running. Browser sessions do not see each other, so they may share it.

    Whatever is done there: nothing that an operator would have to look at.
    """
    with running() as server:
        yield server
        assert not server.complaints


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It runs no longer than a module, so that asyncio is free elsewhere."""
    path = chromium.find()
    if path is None:
        missing = f"no Chromium: none of {', '.join(chromium.NAMES)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with chromium.launched(path) as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens the Play page in a browser profile of its own.

    Whatever a test does there: no error on the console, no request to another host.
    """
    yield from _opening(browser, request, PlayPage)


@pytest.fixture
def open_compare(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenCompare]:
    """Opens the Compare page likewise."""
    yield from _opening(browser, request, ComparePage)


@pytest.fixture
def open_race(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenRace]:
    """Opens the Race page likewise."""
    yield from _opening(browser, request, RacePage)


def _opening(
    browser: Browser, request: pytest.FixtureRequest, kind: type[P]
) -> Iterator[Callable[..., P]]:
    pages: list[P] = []

    def open_page(query: str = "", address: str | None = None, **options: Any) -> P:
        context = browser.new_context(**{"viewport": WIDE, **options})
        where = address or request.getfixturevalue("server").address
        pages.append(kind(context.new_page(), where))
        return pages[-1].open(query)

    yield open_page
    complaints = [complaint for page in pages for complaint in page.complaints]
    for page in pages:
        page.page.context.close()
    assert not complaints, complaints
