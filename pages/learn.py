"""Learn: lessons on the real engine.

A lesson asks for a guess, runs the experiment, compares guess and truth, and ends with a check and
homework. The page shows the list of lessons, or one screen of the selected lesson.
"""

from functools import partial

import streamlit as st

from pages.parts.components.glossary_popover import words_behind
from pages.parts.lessons.cards import show_cards
from pages.parts.lessons.lecturers import for_teachers
from pages.parts.lessons.lesson_screens import show_lesson
from pages.parts.lessons.own.lesson_upload import open_file
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.session import LearnSession
from pages.parts.lessons.world_choice import choose_a_world
from pages.parts.settings.known_worlds import label_of
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.format import question
from pages.parts.text.lesson_words import PAGE
from pages.parts.work.frame_scheduler import frame
from pages.parts.work.job_queue import submit
from pages.parts.work.session_singletons import session_of

comes = open_link(LearnSetup)
setup = current_setup(LearnSetup)
session = session_of(LearnSession, lambda: LearnSession(submit))
write_link(session.with_choices(setup))
if comes:
    session.recall(setup)

if setup.lesson:
    terms = session.run(setup).lesson.terms
    own = setup.chosen.words
    question(
        own.say("question"),
        own.say("title"),
        PAGE.say("seed", seed=setup.own_seed)
        + (f" · {label_of(setup.world)}" if setup.has_its_world else ""),
        partial(words_behind, terms),
    )
else:
    question(PAGE.say("question"), PAGE.say("told"))
    choose_a_world(setup)


@frame
def draw_frame(session: LearnSession) -> None:
    """Draw one frame: a screen of a lesson, or the list of lessons."""
    setup = current_setup(LearnSetup)
    if session.drawn != (setup, session.pace):
        st.rerun()
    write_link(session.with_choices(setup))
    if setup.lesson:
        show_lesson(session, setup)
    else:
        show_cards(session, setup)


session.drawn = (setup, session.pace)
st.fragment(draw_frame, run_every=session.pace, key="learn-interactive")(session)
if not setup.lesson:
    with st.container(key="lesson-tools"):
        open_file(setup)
        for_teachers(setup)
