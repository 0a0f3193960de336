"""List of lessons, as cards."""

from functools import partial

import streamlit as st

from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.lesson_lookup import OWN
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.session import LearnSession
from pages.parts.settings.known_worlds import label_of
from pages.parts.settings.page_settings_base import set_widgets
from pages.parts.text.format import section
from pages.parts.text.lesson_words import PAGE


def _begin(session: LearnSession, setup: LearnSetup) -> None:
    session.begin_anew(setup)
    set_widgets(setup)


def show_cards(session: LearnSession, setup: LearnSetup) -> None:
    """Draw a card per lesson."""
    with st.container(key="lesson-cards"):
        keys = [*([OWN] if setup.own else []), *LESSONS]
        for number, key in enumerate(keys, 1 - bool(setup.own)):
            here = setup.at(key)
            lesson, own = here.chosen, here.chosen.words
            with st.container(border=True, key=f"lesson-{key}"):
                section(f"{f'{number}. ' if number else ''}{own.say('title')}")
                tell(own.say("question"))
                with st.container(horizontal=True, vertical_alignment="center"):
                    is_done = lesson.key in session.done
                    st.button(
                        PAGE.say("again" if is_done else "begin"),
                        key=f"begin-{key}",
                        type="secondary" if is_done or key != keys[0] else "primary",
                        on_click=partial(_begin, session, here),
                    )
                    remark(PAGE.say("minutes", minutes=lesson.minutes))
                    if here.has_its_world:
                        st.badge(label_of(setup.world), color="blue")
                    st.button(
                        PAGE.say("sheet"),
                        key=f"sheet-{key}",
                        type="tertiary",
                        on_click=partial(set_widgets, here.having({"sheet": True})),
                    )
                    if is_done:
                        st.badge(PAGE.say("done"), icon=":material/check:", color="green")
