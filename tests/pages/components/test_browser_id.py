"""The identity of a browser, and its permissions."""

from collections.abc import Callable

import pytest
import streamlit as st

from pages.parts.components.browser_id import ask_browser, has_told, keys, owner
from tests.pages.conftest import App

Open = Callable[..., App]
Told = Callable[..., list[tuple[str, str]]]
SECRET, LOOP = "0123456789abcdef" * 2, "kJ8-_aaaaaaaaaaaaaaaaa"


def test_the_owner_is_a_digest(open_app: Open) -> None:
    app = open_app()
    secret = app.at.session_state["secret"]
    assert len(app.session.owner) == 64
    assert secret not in app.session.owner


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Send values from the browser; return the changes of owner that follow."""
    st.session_state.clear()
    adopted: list[tuple[str, str]] = []
    callbacks = {}
    monkeypatch.setattr(
        "pages.parts.components.browser_id._component",
        lambda **given: callbacks.update(given),
    )

    def tell(**said: object) -> list[tuple[str, str]]:
        ask_browser(lambda before, now: adopted.append((before, now)), must_tell=True)
        st.session_state["browser"] = said
        for name in said:
            callbacks[f"on_{name}_change"]()
        return adopted

    return tell


def test_a_browser_that_was_here_before_is_known_again(browser: Told) -> None:
    before = owner()
    assert browser(secret=SECRET) == [(before, owner())]
    assert has_told()
    assert browser(secret=SECRET) == [(before, owner())]


def test_a_browser_tells_which_loops_it_may_change(browser: Told) -> None:
    browser(keys=[LOOP])
    assert keys() == {LOOP}
    assert not has_told()


@pytest.mark.parametrize("said", [None, 1, {}, [None, 5, {}, "short", "x" * 65, "<b>"], "x" * 22])
def test_nothing_else_is_believed(browser: Told, said: object) -> None:
    before = owner()
    assert browser(secret=said, keys=said) == []
    assert (owner(), keys(), has_told()) == (before, set(), False)


def test_a_new_server_accepts_the_state_of_an_open_tab(
    browser: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state returns with the connection as an earlier value, so no callback is called."""
    drawn_anew: list[None] = []
    monkeypatch.setattr(st, "rerun", lambda: drawn_anew.append(None))
    before = owner()
    st.session_state["browser"] = {"secret": SECRET, "keys": [LOOP]}
    assert browser() == [(before, owner())]
    assert (has_told(), keys()) == (True, {LOOP})
    st.session_state["browser"] = {"secret": SECRET, "keys": [LOOP]}
    browser()
    assert len(drawn_anew) == 1
