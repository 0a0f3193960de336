"""One server and one Chromium for all journeys, an empty profile for each page."""

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
"""Has a browser remember that the first minute was shown in it."""
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
    """True if a journey goes to its end, and looks at all sizes and in both schemes: at night."""
    return bool(request.param)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The app, running. Browser sessions do not see each other, so they may share it.

    Whatever is done there: nothing that an operator would have to look at.
    """
    with running() as server:
        yield server
        assert not server.complaints


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. It runs no longer than this folder's tests, so that asyncio is free elsewhere."""
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
    """Tabs in profiles of their own that tests use one after the other."""
    return []


@pytest.fixture
def new_tab(browser: Browser, server: Server, kept_tabs: list[Page]) -> Iterator[NewTab]:
    """Opens a tab in an empty profile of its own.

    Where nothing else is asked of the profile, a tab of earlier tests is used again, emptied: it
    still has the app's scripts as compiled, and opens a page in half the time. Its system asks for
    less motion: to draw sixty times a second what fades and turns is a fifth of what a page costs.
    Tabs with profiles of their own have all of it. Whoever opens one has been here before, unless
    they are said to be ``new_here``.
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
    """Leave nothing in a tab and its profile that the next test could find."""
    for page in tab.context.pages:
        if page != tab:
            page.close()
    tab.goto(f"{server.address}/_stcore/health")  # Of the same origin, without a script.
    tab.evaluate("localStorage.clear(); sessionStorage.clear()")
    tab.context.clear_cookies()
    tab.mouse.move(0, 0)


@pytest.fixture
def open_page(new_tab: NewTab, server: Server) -> Iterator[OpenPage]:
    """Opens the Play page in a browser profile of its own.

    Whatever a test does there: no error on the console, no request to another host.
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
