"""Queries of the frame about a browser session, without a page."""

from collections.abc import Iterator

import pytest
import streamlit as st

from pages.parts.play.current_session import play_session
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import library
from pages.parts.shell.session_owner import hand_over
from pages.parts.work.session_singletons import existing, session_of
from tests.pages.presses import answer


@pytest.fixture(autouse=True)
def new_browser_session() -> Iterator[None]:
    st.session_state.clear()
    yield
    st.session_state.clear()


def test_each_class_has_one_object_from_its_first_use_on() -> None:
    assert existing(PlaySession) is None
    play = play_session(PlaySetup())
    assert existing(PlaySession) is play
    assert play_session(PlaySetup(seed=3)) is play
    assert session_of(list, lambda: [1]) is session_of(list, lambda: [2])


def test_loops_stored_before_identification_belong_to_the_browser() -> None:
    hand_over("nobody", "somebody")  # before any session exists
    session = play_session(PlaySetup())
    answer(session, 1.0)
    hand_over(session.owner, "the browser")
    session.reset()
    answer(session, 1.0)
    assert [about.events for about in library().store.loops("the browser")] == [1, 1]
