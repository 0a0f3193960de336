"""Pages while the database is unavailable: pages that need it show a message, others
work as usual.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager
from typing import Never
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from engine.errors import StoreError
from engine.store import Store
from pages.parts.components import browser_id
from pages.parts.settings.loop_library_access import library
from pages.parts.shell.page_list import HOME, MENU, WHY
from pages.parts.text.format import bare
from tests.pages.conftest import FRONT, App
from tests.pages.presses import answer
from tests.pages.restart import restart

Open = Callable[..., App]
SENTENCE = "The database does not answer."
TOLD = {"secrets": ["c0ffee00" * 4]}
"""Values sent by the browser."""
PAGES = [*(page.name for group in MENU.values() for page in group), WHY.name]
NEED_IT: Mapping[str, Set[str]] = {
    "locked": set(),
    "away": {"worlds", "connect", "data"},
    "cannot be opened": {"play", "why", "worlds", "connect", "data"},
}
"""Pages that display stored data, by fault."""


@contextmanager
def refusing(*methods: str) -> Iterator[None]:
    """Let these methods of the store raise."""

    def refuse(*_: object, **__: object) -> Never:
        raise StoreError(SENTENCE)

    with ExitStack() as patches:
        for method in methods:
            patches.enter_context(patch.object(Store, method, refuse))
        yield


FAULTS = {
    "locked": ("_writing",),
    "away": ("_reading", "_writing"),
    "cannot be opened": ("open",),
}


@pytest.fixture
def returning(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A returning browser, which sends its secret on each first run."""
    monkeypatch.setattr(browser_id, "component_value", lambda _, name: TOLD.get(name))
    restart()
    yield
    restart()


def opened(page: str) -> AppTest:
    """A page in a new browser session, loaded and loaded again."""
    app = AppTest.from_file(str(FRONT), default_timeout=500)
    if page != HOME:
        app.switch_page(f"../../{page}.py")
    for _ in range(2):
        app.run()
        assert not app.exception, app.exception
    return app


@pytest.mark.combinations
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("returning")
def test_a_page_is_as_ever_or_says_that_the_database_does_not_serve(page: str, fault: str) -> None:
    if fault != "cannot be opened":
        library()
    with refusing(*FAULTS[fault]):
        app = opened(page)
        said = [bare(element.value) for element in (*app.error, *app.warning)]
    assert said == ([SENTENCE] if page in NEED_IT[fault] else [])


@pytest.mark.usefixtures("returning")
def test_what_was_kept_meanwhile_is_handed_over_once_the_database_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser_id, "component_value", lambda _, name: None)
    app = opened(HOME)
    session = app.session_state["PlaySession"]
    answer(session, 1.0)
    kept, before = session.open.stored, session.owner
    monkeypatch.setattr(browser_id, "component_value", lambda _, name: TOLD.get(name))
    with refusing("_writing"):
        app.run()
        assert not app.exception
        assert session.owner == before
        assert session.may_answer
    app.run()
    assert session.owner != before
    assert [about.id for about in library().store.loops(session.owner)] == [kept.id]
    assert session.may_answer
