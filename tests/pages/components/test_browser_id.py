"""The identity of a browser, and its permissions."""

from collections.abc import Callable

import pytest
import streamlit as st

from pages.parts.components import browser_id
from pages.parts.components.browser_id import MOST_GIVEN, ask_browser, has_reported, keys, owner
from tests.pages.conftest import App
from tests.pages.presses import answer
from tests.pages.restart import restart

Open = Callable[..., App]
Told = Callable[..., list[tuple[str, str]]]
SECRET, GIVEN, LOOP = "0123456789abcdef" * 2, "fedcba9876543210" * 2, "kJ8-_aaaaaaaaaaaaaaaaa"


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
    assert browser(secrets=[SECRET]) == [(before, owner())]
    assert has_reported()
    assert browser(secrets=[SECRET]) == [(before, owner())]


def test_sessions_that_ended_before_the_browser_told_are_its_own(browser: Told) -> None:
    st.session_state["secret"] = GIVEN
    given = owner()
    st.session_state["secret"] = own = "0" * 32
    before = owner()
    assert browser(secrets=[SECRET, GIVEN, own]) == [(before, owner()), (given, owner())]
    many = [f"{number:032x}" for number in range(2 * MOST_GIVEN)]
    assert len(browser(secrets=[SECRET, *many])) == 2 + MOST_GIVEN


def test_a_loop_of_a_session_that_a_restart_ended_belongs_to_the_browser_afterwards(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ended before the browser told who it is."""
    first = open_app()
    answer(first.session, 1.0)
    first.run()
    given, loop = first.at.session_state["secret"], first.session.open.link
    restart()
    told = {"secrets": [SECRET, given]}
    monkeypatch.setattr(browser_id, "component_value", lambda _, name: told.get(name))
    again = open_app(loop=loop)
    again.run()
    assert again.session.may_answer


def test_a_browser_tells_which_loops_it_may_change(browser: Told) -> None:
    browser(keys=[LOOP])
    assert keys() == {LOOP}
    assert not has_reported()


@pytest.mark.parametrize(
    "said", [None, 1, {}, [], [None, 5, {}, "short", "x" * 65, "<b>"], "x" * 22, SECRET]
)
def test_nothing_else_is_believed(browser: Told, said: object) -> None:
    before = owner()
    assert browser(secrets=said, keys=said) == []
    assert (owner(), keys(), has_reported()) == (before, set(), False)


def test_a_new_server_accepts_the_state_of_an_open_tab(
    browser: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state returns with the connection as an earlier value, so no callback is called."""
    drawn_anew: list[None] = []
    monkeypatch.setattr(st, "rerun", lambda: drawn_anew.append(None))
    before = owner()
    st.session_state["browser"] = {"secrets": [SECRET], "keys": [LOOP]}
    assert browser() == [(before, owner())]
    assert (has_reported(), keys()) == (True, {LOOP})
    st.session_state["browser"] = {"secrets": [SECRET], "keys": [LOOP]}
    browser()
    assert len(drawn_anew) == 1
