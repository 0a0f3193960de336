"""A lesson on the stage: the question, the guess, what is done, the truth, one more question.

A step past what is to be done does it; while the engine is at work there is no step on.
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.parts.lessons.board import held
from pages.parts.lessons.chosen import OWN
from pages.parts.lessons.lesson import Guess, Lesson, Slider
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.pictures import show_guess, written
from pages.parts.lessons.session import Run, outcome
from pages.parts.lessons.setup import LearnSetup
from pages.parts.lessons.words import Words
from pages.parts.stage.remotes import this_remote
from pages.parts.stage.screens import Screen, Show, Stage
from pages.parts.text import bare, percent

_PARTS = 4
"""Steps from the least to the most number that hands are counted for."""


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
            f"{page.say('plan_guess')} {page.say('hands')}",
            [written(lesson.guess, answer, own) for answer in answers_to(lesson)],
        ),
        Screen(
            "do",
            partial(own.say, "title"),
            partial(_do, run, own, page),
            page.say("plan_do"),
            do=partial(_take_hands, run),
        ),
    ]
    if can_tell:
        figures = partial(lesson.told, lab)
        screens += [
            Screen(
                "reveal",
                lambda: held(run, lesson.truth(lab), own, page),
                partial(_reveal, run, own, page),
                page.say("plan_reveal"),
                do=lab.skip,
            ),
            Screen(
                "why",
                lambda: own.say(outcome(run, own, "takeaway")),
                lambda: _words([own.say(outcome(run, own), **figures())]),
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
                lambda: _words([_answered(run, own)]),
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


def answers_to(lesson: Lesson) -> Sequence[Guess]:
    """What hands are counted for: each answer, or numbers from the least to the most."""
    guess = lesson.guess
    if not isinstance(guess, Slider):
        return guess.options
    return [guess.low + share * (guess.high - guess.low) / _PARTS for share in range(_PARTS + 1)]


def guessed_by(hands: Sequence[int], lesson: Lesson) -> Guess | None:
    """What a room has guessed that raised so many hands for each answer; None if it raised none.

    Of numbers the mean; of other answers the one that most are for.
    """
    answers = answers_to(lesson)
    if len(hands) != len(answers) or not any(hands):
        return None
    if not isinstance(lesson.guess, Slider):
        return max(zip(hands, answers, strict=True), key=lambda one: one[0])[1]
    mean = sum(n * float(a) for n, a in zip(hands, answers, strict=True)) / sum(hands)
    return round(mean / lesson.guess.step) * lesson.guess.step


def _take_hands(run: Run) -> None:
    """The room has guessed, if it raised its hands."""
    counted = this_remote().counted
    guess = guessed_by(counted, run.lesson)
    run.guess = run.guess if guess is None else guess


def _answered(run: Run, own: Words) -> str:
    name = own.first(f"answered_{run.lesson.answer(run.lab)}", "answered")
    return own.say(name, **run.lesson.told(run.lab))


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


def _reveal(run: Run, own: Words, page: Words) -> None:
    truth = run.lesson.truth(run.lab)
    if truth is not None and isinstance(run.lesson.guess, Slider):
        with st.container(key="stage-guess"):
            show_guess(run.lesson, truth, run.guess, own, page)
    with st.container(key="stage-lesson"):
        run.lesson.revealing(run.lab, own, run.guess)


def _words(paragraphs: Sequence[str]) -> None:
    with st.container(key="stage-words"):
        for text in paragraphs:
            st.markdown(text)
