"""What a browser session has on each page, without a page."""

from collections.abc import Iterator

import pytest
import streamlit as st

from pages.parts.compare.setup import CompareSetup
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.play.setup import PlaySetup
from pages.parts.race.setup import RaceSetup
from pages.parts.settings.library import library
from pages.parts.shell.sessions import (
    compare_session,
    evaluate_session,
    hand_over,
    known_play_session,
    play_session,
    race_session,
)
from tests.pages.presses import answer


@pytest.fixture(autouse=True)
def new_browser_session() -> Iterator[None]:
    st.session_state.clear()
    yield
    st.session_state.clear()


def test_each_page_has_one_session_from_its_first_visit_on() -> None:
    assert known_play_session() is None
    play, compare, race = (
        play_session(PlaySetup()), compare_session(CompareSetup(), None), race_session(RaceSetup()),
    )  # fmt: skip
    assert known_play_session() is play
    assert play_session(PlaySetup(seed=3)) is play
    assert compare_session(CompareSetup(seed=3), None) is compare
    assert race_session(RaceSetup(seed=3)) is race
    assert evaluate_session(EvaluateSetup()) is evaluate_session(EvaluateSetup(seed=3))


def test_what_was_kept_before_a_browser_was_known_is_its_own() -> None:
    hand_over("nobody", "somebody")  # before there is anything
    session = play_session(PlaySetup())
    answer(session, 1.0)
    hand_over(session.owner, "the browser")
    session.reset()
    answer(session, 1.0)
    assert [about.events for about in library().store.loops("the browser")] == [1, 1]
