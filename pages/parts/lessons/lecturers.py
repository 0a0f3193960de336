"""For lecturers: a printable sheet per lesson, and the check of homework codes."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.homework_codes import LONGEST, handed_in
from pages.parts.lessons.lesson import Cells, Lesson
from pages.parts.lessons.lesson_lookup import OWN, lesson_of
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.pictures import written
from pages.parts.lessons.session import LearnSession, outcome
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import set_widgets
from pages.parts.text.format import bare, percent, plain, section
from pages.parts.text.lesson_words import PAGE


def show_sheet(session: LearnSession, setup: LearnSetup) -> None:
    """Draw the sheet of a lesson: misconception and schedule; once the lab is ready, goal and
    answers too."""
    run = session.run(setup)
    own = setup.chosen.words
    lesson, lab = run.lesson, run.lab
    is_known = run.may_go("reveal")
    if is_known:
        lab.skip()
        section(PAGE.say("goal"))
        tell(own.say(outcome(run, own, "takeaway")))
    if "misconception" in own.table:
        section(PAGE.say("misconception"))
        tell(own.say("misconception"))
    elif text := own.say("note"):
        section(PAGE.say("note"))
        st.markdown(text)
    section(PAGE.say("plan"))
    doing = max(lesson.minutes - 3, 1)
    plan = (("guess", 1), ("do", doing), ("reveal", 1), ("exit", 1))
    for step, minutes in plan:
        text = PAGE.say("minute") if minutes == 1 else PAGE.say("minutes", minutes=minutes)
        tell(f"**{PAGE.say(f'step_{step}')}** · {text} · {PAGE.say(f'plan_{step}')}")
    section(PAGE.say("answers"))
    if not is_known:
        st.progress(lab.progress, PAGE.say("waits", percent=percent(lab.progress)))
        return
    truth = lab.truth
    tell(own.say("guess"))
    if truth is not None:
        st.markdown(f"→ **{plain(written(lesson.guess, truth, own))}**")
    else:
        tell(f"→ {PAGE.say('sheet_open')}")
    if truth is not None or lesson.key != "barista":
        figures = lab.numbers
        tell(own.say("exit", **figures))
        answer = own.options("options")[lab.answer]
        answer_text = own.say(own.first(f"answered_{lab.answer}", "answered"), **figures)
        tell(f"→ **{answer}**. {answer_text}")
    remark(PAGE.say("sheet_seed", seed=setup.own_seed))


def for_teachers(setup: LearnSetup) -> None:
    """Draw the buttons that open the sheets, and the check of a homework code."""
    keys = [*LESSONS, *([OWN] if setup.own else [])]
    lessons = {key: lesson_of(key, setup.own, setup.world) for key in keys}
    titles = {key: bare(each.words.say("title")) for key, each in lessons.items()}
    with st.expander(PAGE.say("sheet"), icon=":material/assignment:", key="homework"):
        section(PAGE.say("sheets"))
        with st.container(horizontal=True, gap="small", key="lesson-sheets"):
            for key in keys:
                sheet = setup.at(key).having({"sheet": True})
                st.button(
                    plain(titles[key]), key=f"sheet-{key}", on_click=partial(set_widgets, sheet)
                )
        section(PAGE.say("check_homework"))
        _check_homework(setup, lessons, titles)


def _check_homework(
    setup: LearnSetup, lessons: Mapping[str, Lesson], titles: Mapping[str, str]
) -> None:
    """Draw the check of a homework code."""
    tell(PAGE.say("homework_told"))
    place = world_of(setup.world).label if setup.world else PAGE.say("own_worlds")
    remark(PAGE.say("homework_world", world=place))
    lesson = st.selectbox(
        PAGE.say("lesson"), list(lessons), format_func=titles.__getitem__, key="homework-lesson"
    )
    student = st.text_input(PAGE.say("student"), max_chars=LONGEST, key="homework-student")
    code = st.text_input(PAGE.say("code"), max_chars=LONGEST, key="homework-code")
    if not (student.strip() and code.strip()):
        return
    taken = lessons[lesson]
    handed = handed_in(code, student, taken)
    if handed is None:
        tell(PAGE.say("code_wrong", student=student, lesson=titles[lesson]))
        return
    answer = bare(taken.words.options("options")[handed.picked])
    tell(PAGE.say("code_right", student=student, answer=answer))
    if handed.right is not None and isinstance(taken.guess, Cells):
        tell(PAGE.say("code_marked", right=handed.right, all=taken.guess.size))


def show_code(setup: LearnSetup, code: str | None) -> None:
    """Draw a student's code, or how to get it."""
    tell(PAGE.say("your_code" if code else "no_code", student=setup.student))
    if code:
        st.code(code, language=None)
