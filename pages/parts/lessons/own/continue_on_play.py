"""Continue a lecturer's own lesson on Play: a new loop with its world, seed and settings."""

from dataclasses import replace

import streamlit as st

from pages.parts.components.browser_id import owner
from pages.parts.lessons.own.own_lesson import OwnLesson
from pages.parts.play.current_session import play_session
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import current_setup, set_widgets
from pages.parts.settings.shared_settings import max_visitors
from pages.parts.text.pages_folder import PAGES
from pages.parts.work.session_singletons import existing

_PLAY = PAGES / "play.py"


def go_on_alone(lesson: OwnLesson, seed: int, label: str) -> None:
    """Draw the button that begins the loop and opens Play."""
    if st.button(label, key="lesson-sandbox", icon=":material/science:"):
        played = lesson.played
        settings = replace(played.settings, max_events=max_visitors())
        stored = library().begin(owner(), played.world, seed, settings)
        session = existing(PlaySession)
        if session is None:
            session = play_session(current_setup(PlaySetup), stored)
        else:
            session.move_to(stored)
        set_widgets(session.setup)
        current_setup(PlaySetup)  # The settings are carried to the other page.
        st.switch_page(_PLAY, query_params=session.setup.query())
