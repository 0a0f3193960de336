"""A lesson on the stage: the question, the guess, what is done, the truth, one more question.

A step past what is to be done does it; while the engine is at work there is no step on.
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.parts.lessons.board import held
from pages.parts.lessons.chosen import OWN
from pages.parts.lessons.lesson import Pick
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.session import Run
from pages.parts.lessons.setup import LearnSetup
from pages.parts.lessons.words import Words
from pages.parts.stage.screens import Screen, Show, Stage
from pages.parts.text import bare, percent


def lesson_show(run: Run, setup: LearnSetup) -> Show:
    """The talk about a lesson."""
    lesson, lab = run.lesson, run.lab
    own, page = setup.words(), setup.words("page")
    named = own.options("options")
    answers = [named[option] for option in lesson.options]
    can_tell = run.may_go("reveal")
    if (
        can_tell
        and not lab.is_done
        and Stage.in_link().screen not in {"", "question", "guess", "do"}
    ):
        lab.skip()  # A link may lead past what is to be done.
    screens = [
        Screen(
            "question",
            partial(own.say, "question"),
            lambda: _words([own.say("opening")]),
            page.say("plan_guess"),
        ),
        Screen(
            "guess",
            partial(own.say, "question"),
            partial(_guess, run, own),
            page.say("plan_guess"),
            _hands(run, own),
        ),
        Screen(
            "do",
            partial(own.say, "title"),
            partial(_do, run, own, page),
            page.say("plan_do"),
        ),
    ]
    if can_tell:
        figures = partial(lesson.told, lab)
        screens += [
            Screen(
                "reveal",
                lambda: held(run, lesson.truth(lab), own, page),
                partial(_reveal, run, own),
                page.say("plan_reveal"),
                do=lab.skip,
            ),
            Screen(
                "why",
                partial(own.say, "takeaway"),
                lambda: _words([own.say(_outcome(run), **figures())]),
                page.say("plan_reveal"),
            ),
            Screen(
                "exit",
                partial(page.say, "check"),
                lambda: _words([own.say("exit", **figures()), *map("**{}**".format, answers)]),
                page.say("plan_exit"),
                [bare(answer) for answer in answers],
            ),
            Screen(
                "answer",
                lambda: named[lesson.answer(lab)],
                lambda: _words([own.say("answered", **figures())]),
                bare(own.say("note" if setup.lesson == OWN else "misconception")),
            ),
        ]
    return Show.of(screens, is_busy=False)


def cards_show(setup: LearnSetup) -> Show:
    """All lessons, to be chosen off the stage."""
    page = setup.words("page")
    titles = [
        f"{number}. {setup.at(key).words().say('title')}" for number, key in enumerate(LESSONS, 1)
    ]
    screen = Screen(
        "lessons", partial(page.say, "question"), partial(_names, titles), page.say("told")
    )
    return Show.of([screen])


def _names(titles: Sequence[str]) -> None:
    with st.container(key="stage-names"):
        for title in titles:
            st.markdown(f"**{title}**")


def _hands(run: Run, own: Words) -> Sequence[str]:
    """What hands are counted for, where one of a few answers is guessed."""
    if not isinstance(run.lesson.guess, Pick):
        return ()
    return [bare(answer) for answer in own.options("guesses").values()]


def _outcome(run: Run) -> str:
    return "stopped" if run.lesson.truth(run.lab) is None else "reveal"


def _guess(run: Run, own: Words) -> None:
    with st.container(key="stage-lesson"):
        run.lesson.opening(run.lab, own)
    st.markdown(own.say("guess"))


def _do(run: Run, own: Words, page: Words) -> None:
    if not run.may_go("reveal"):
        share = run.lab.progress
        st.progress(share, page.say("waits", percent=percent(share)))
    with st.container(key="stage-lesson"):
        run.lesson.doing(run.lab, own)


def _reveal(run: Run, own: Words) -> None:
    with st.container(key="stage-lesson"):
        run.lesson.revealing(run.lab, own, run.guess)


def _words(paragraphs: Sequence[str]) -> None:
    with st.container(key="stage-words"):
        for text in paragraphs:
            st.markdown(text)
