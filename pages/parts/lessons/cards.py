"""List of lessons by group, as cards."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.parts.lessons.explained_text import remark
from pages.parts.lessons.lesson import Step
from pages.parts.lessons.lesson_lookup import OWN
from pages.parts.lessons.lessons import LESSON_GROUPS, LESSONS
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.session import LearnSession
from pages.parts.settings.known_worlds import label_of
from pages.parts.settings.page_settings_base import set_widgets
from pages.parts.text.format import section
from pages.parts.text.lesson_words import PAGE


def show_cards(session: LearnSession, setup: LearnSetup) -> None:
    """Draw the groups of lessons, with how many of each are done, and a card per lesson."""
    groups: dict[str, Sequence[str]] = {**({"own": [OWN]} if setup.own else {}), **LESSON_GROUPS}
    first = next(iter(groups.values()))[0]
    with st.container(key="lesson-cards"):
        for group, keys in groups.items():
            with st.container(key=f"lessons-{group}", gap="small"):
                with st.container(horizontal=True, vertical_alignment="bottom"):
                    section(PAGE.options("groups")[group])
                    done = sum(key in session.done for key in keys)
                    remark(PAGE.say("progress", done=done, all=len(keys)))
                for key in keys:
                    _show_card(session, setup.at(key), is_first=key == first)


def _show_card(session: LearnSession, setup: LearnSetup, is_first: bool) -> None:
    """Draw the card of a lesson: title, duration, state, and the button that opens it."""
    lesson, number = setup.chosen, _NUMBERS.get(setup.lesson)
    is_done, step = lesson.key in session.done, session.step_of(setup)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"lesson-{setup.lesson}"
    ):
        title = lesson.words.say("title")
        with st.container(gap="xxsmall"):
            st.markdown(f"**{number}. {title}**" if number else f"**{title}**")
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                remark(PAGE.say("short", minutes=lesson.minutes))
                if is_done:
                    st.badge(PAGE.say("done"), icon=":material/check:", color="green")
                elif step is not None:
                    label = PAGE.say("begun", step=PAGE.say(f"step_{step}"))
                    st.badge(label, icon=":material/timelapse:", color="violet")
                if setup.has_its_world:
                    st.badge(label_of(setup.world), color="blue")
        name = "again" if is_done else "begin" if step is None else "resume"
        st.button(
            # The style sheet hides the title, which is beside; screen readers read it.
            f"{PAGE.say(name)} :gray[{title}]",
            key=f"begin-{setup.lesson}",
            type="primary" if is_first and name == "begin" else "secondary",
            on_click=partial(_open, session, setup, None if is_done else step),
            help=lesson.words.say("question"),
        )


def _open(session: LearnSession, setup: LearnSetup, step: Step | None) -> None:
    """Open a lesson at a step, or from the start."""
    if step is None:
        session.begin_anew(setup)
    set_widgets(setup.at(setup.lesson, step or "guess"))


_NUMBERS = {key: number for number, key in enumerate(LESSONS, 1)}
