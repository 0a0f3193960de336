"""Last screen of a lesson: the guess, the truth, and the way on."""

from functools import partial

import streamlit as st

from pages.parts.lessons.continuation_links import address_of
from pages.parts.lessons.explained_text import tell
from pages.parts.lessons.homework_codes import code_of
from pages.parts.lessons.lecturers import show_code
from pages.parts.lessons.lesson import Guess
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.own.continue_on_play import go_on_alone
from pages.parts.lessons.own.replayed_loop_lab import PlayedLab
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.pictures import show_guess
from pages.parts.lessons.session import LessonRun, outcome, rightly
from pages.parts.lessons.verdict import verdict
from pages.parts.settings.page_settings_base import set_widgets
from pages.parts.text.format import section
from pages.parts.text.lesson_words import PAGE, Words
from pages.parts.text.pages_folder import PAGES


def show_end(run: LessonRun, setup: LearnSetup, own: Words) -> None:
    """Draw the guess and the truth again, a student's code, and further pages."""
    truth = run.lab.truth
    if truth is None:
        _key_point(run, None, own)
    else:
        left, right = st.columns([2, 3], vertical_alignment="center", gap="medium")
        with left:
            _key_point(run, truth, own)
        with right:
            show_guess(run.lesson, truth, run.guess, own)
    if setup.student:
        picked = run.picked
        known = picked and code_of(setup.student, run.lesson.key, picked, rightly(run))
        show_code(setup, known)
    section(PAGE.say("goes_on"))
    _open_sandbox(run, setup, own)
    _lead_on(run, setup)


def _key_point(run: LessonRun, truth: Guess | None, own: Words) -> None:
    """Draw the verdict and the key point."""
    section(verdict(run, truth, own))
    tell(f"**{PAGE.say('taken_along')}.** {own.say(outcome(run, own, 'takeaway'))}")


def _open_sandbox(run: LessonRun, setup: LearnSetup, own: Words) -> None:
    """Draw the link to the same loop on another page."""
    if isinstance(run.lab, PlayedLab):
        tell(own.say("goes_on"))
        go_on_alone(run.lab.own, setup.own_seed, PAGE.say("open_sandbox"))
    if (sandbox := run.lesson.sandbox) is not None:
        tell(PAGE.say("sandbox"))
        st.page_link(
            PAGES / f"{sandbox.page}.py",
            label=PAGE.say("open_sandbox"),
            icon=":material/science:",
            query_params=address_of(sandbox, run.lab),
        )


def _lead_on(run: LessonRun, setup: LearnSetup) -> None:
    """Draw the buttons to the next lesson and to the list."""
    keys, key = list(LESSONS), run.lesson.key
    following = keys[keys.index(key) + 1 :] if key in LESSONS else []
    with st.container(horizontal=True, gap="small"):
        if following:
            title = setup.at(following[0]).chosen.words.say("title")
            st.button(
                PAGE.say("next_lesson", title=title),
                key="lesson-following",
                type="primary",
                on_click=partial(set_widgets, setup.at(following[0])),
            )
        back = partial(set_widgets, setup.at())
        st.button(PAGE.say("all_lessons"), key="lesson-all", on_click=back)
