"""Learn on the stage: what would you like to find out?"""

from functools import partial

import streamlit as st

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.lessons.session import LearnSession
from pages.parts.lessons.setup import OF_A_PERSON, LearnSetup
from pages.parts.lessons.talk import cards_show, lesson_show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.present import present
from pages.parts.work.frames import frame
from pages.parts.work.heavy_work import submit_here
from pages.parts.work.session_state import session_of

comes = open_link(LearnSetup)
setup = current_setup(LearnSetup)
session = session_of(LearnSession, lambda: LearnSession(submit_here))
write_link(setup)
if setup.lesson:
    session.run(setup)
if comes:
    session.recall(setup)
pace = session.pace


@frame
def draw_show(session: LearnSession) -> None:
    """One frame, whether a step or what is computed caused it."""
    if session.pace != pace:
        st.rerun()
    show = lesson_show(session.run(setup), setup) if setup.lesson else cards_show(setup)
    present(show, partial(stand_in_corner, show, own_link(OF_A_PERSON)))


st.fragment(draw_show, run_every=pace, key="learn-show")(session)
