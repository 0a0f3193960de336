"""One server and one Chromium for all journeys, with an empty profile for each page."""

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser import chromium
from tests.browser.app import Server, running
from tests.browser.compare import ComparePage
from tests.browser.evaluate import EvaluatePage
from tests.browser.learn import LearnPage
from tests.browser.page import WIDE, AppPage, Scheme
from tests.browser.play import PlayPage
from tests.browser.race import RacePage
from tests.browser.worlds import WorldsPage

BEEN_HERE = """try {
    localStorage.setItem("personalizer-playground-first-minute", "shown");
} catch { /* A page without storage. */ }"""
"""Script that marks the browser as a returning visitor without introduction."""
P = TypeVar("P", bound=AppPage)
NewTab = Callable[..., Page]
"""(viewport=..., **options of a browser context) -> an empty tab."""
OpenPage = Callable[..., PlayPage]
OpenCompare = Callable[..., ComparePage]
OpenRace = Callable[..., RacePage]
OpenLearn = Callable[..., LearnPage]
OpenEvaluate = Callable[..., EvaluatePage]
OpenWorlds = Callable[..., WorldsPage]
"""(query="" or link, address of another server, **options of a browser context) -> an open page."""


@pytest.fixture(
    params=[
        pytest.param(False, id="quick"),
        pytest.param(True, id="all looks", marks=pytest.mark.nightly),
    ]
)
def all_looks(request: pytest.FixtureRequest) -> bool:
    """True if a journey is complete, with all sizes and both colour schemes: at night."""
    return bool(request.param)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The running app, shared by isolated browser sessions.

    No test may cause a warning or an error in its log.
    """
    with running() as server:
        yield server
        assert not server.complaints


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, closed after this folder's tests, so that asyncio is free for other tests."""
    path = chromium.find()
    if path is None:
        missing = f"no Chromium: none of {', '.join(chromium.NAMES)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with chromium.launched(path) as browser:
        yield browser


@pytest.fixture(scope="package")
def kept_tabs() -> list[Page]:
    """Tabs in separate profiles that tests use in turn."""
    return []


@pytest.fixture
def new_tab(browser: Browser, server: Server, kept_tabs: list[Page]) -> Iterator[NewTab]:
    """Return a function that opens a tab in an empty profile.

    Without special options, an emptied tab of earlier tests is reused: the compiled scripts of the
    app are cached, and a page opens in half the time. These tabs prefer reduced motion, because
    animations at sixty frames a second are a fifth of a page's cost. Tabs with special options have
    full motion. A profile counts as a returning visitor unless ``new_here`` is set.
    """
    unused, others = list(kept_tabs), list[BrowserContext]()

    def new_tab(
        viewport: ViewportSize = WIDE,
        new_here: bool = False,
        color_scheme: Scheme = "light",
        **options: Any,
    ) -> Page:
        if options or new_here:
            options["color_scheme"] = color_scheme
            others.append(browser.new_context(viewport=viewport, **options))
            if not new_here:
                others[-1].add_init_script(BEEN_HERE)
            return others[-1].new_page()
        if not unused:
            unused.append(browser.new_context(reduced_motion="reduce").new_page())
            unused[0].add_init_script(BEEN_HERE)
            kept_tabs.append(unused[0])
        tab = unused.pop(0)
        tab.set_viewport_size(viewport)
        tab.emulate_media(color_scheme=color_scheme)
        return tab

    yield new_tab
    for context in others:
        context.close()
    for tab in kept_tabs[: len(kept_tabs) - len(unused)]:
        _empty(tab, server)


def _empty(tab: Page, server: Server) -> None:
    """Remove all traces of a test from a tab and its profile."""
    for page in tab.context.pages:
        if page != tab:
            page.close()
    tab.goto(f"{server.address}/_stcore/health")  # Same origin, without a script.
    tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.context.clear_cookies()
    tab.mouse.move(0, 0)


@pytest.fixture
def open_page(new_tab: NewTab, server: Server) -> Iterator[OpenPage]:
    """Return a function that opens the Play page in a separate browser profile.

    No test may cause an error on the console or a request to another host.
    """
    yield from _opening(new_tab, server, PlayPage)


@pytest.fixture
def open_compare(new_tab: NewTab, server: Server) -> Iterator[OpenCompare]:
    """Opens the Compare page likewise."""
    yield from _opening(new_tab, server, ComparePage)


@pytest.fixture
def open_learn(new_tab: NewTab, server: Server) -> Iterator[OpenLearn]:
    """Opens the Learn page likewise."""
    yield from _opening(new_tab, server, LearnPage)


@pytest.fixture
def open_race(new_tab: NewTab, server: Server) -> Iterator[OpenRace]:
    """Opens the Race page likewise."""
    yield from _opening(new_tab, server, RacePage)


@pytest.fixture
def open_evaluate(new_tab: NewTab, server: Server) -> Iterator[OpenEvaluate]:
    """Opens the Evaluate page likewise."""
    yield from _opening(new_tab, server, EvaluatePage)


@pytest.fixture
def open_worlds(new_tab: NewTab, server: Server) -> Iterator[OpenWorlds]:
    """Opens the Worlds page likewise."""
    yield from _opening(new_tab, server, WorldsPage)


def _opening(new_tab: NewTab, server: Server, kind: type[P]) -> Iterator[Callable[..., P]]:
    pages: list[P] = []

    def open_page(query: str = "", address: str = server.address, **options: Any) -> P:
        pages.append(kind(new_tab(**options), address))
        return pages[-1].open(query)

    yield open_page
    complaints = [complaint for page in pages for complaint in page.complaints]
    assert not complaints, complaints
