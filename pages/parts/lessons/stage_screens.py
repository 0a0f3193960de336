"""Lessons on the stage: the question, the guess, the exercise, the truth, and the exit question.

A step past an exercise completes it; while the engine computes, there is no step forward. A later
screen that is opened directly waits for the computation.
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.parts.components.stage_corner import own_link
from pages.parts.components.stage_front import MOST as HANDS
from pages.parts.components.stage_presentation import Talk
from pages.parts.lessons.guess_codec import format_guess
from pages.parts.lessons.lesson import Cells, Guess, Guessed, Lesson, Pick
from pages.parts.lessons.lessons import LESSONS
from pages.parts.lessons.page_settings import OF_A_PERSON, LearnSetup
from pages.parts.lessons.pictures import show_guess, written
from pages.parts.lessons.session import LearnSession, LessonRun, outcome
from pages.parts.lessons.verdict import verdict
from pages.parts.scene.stage_show import Screen, Show, Stage
from pages.parts.settings.page_settings_base import (
    current_setup,
    open_link,
    set_widgets,
    write_link,
)
from pages.parts.text.format import bare, percent
from pages.parts.text.lesson_words import PAGE, Words
from pages.parts.work.job_queue import submit
from pages.parts.work.session_singletons import session_of
from pages.parts.work.stage_remotes import this_remote

_LATER = ("reveal", "why", "further", "exit", "answer")
"""Screens that need the engine's results."""
_PARTS = 4
"""Steps from the least to the most number that hands are counted for."""


def open_talk() -> Talk:
    """The talk about the lesson of the address, or the list of lessons."""
    is_new = open_link(LearnSetup)
    setup = current_setup(LearnSetup)
    session = session_of(LearnSession, lambda: LearnSession(submit))
    write_link(setup)
    if setup.lesson:
        session.run(setup)
    if is_new:
        session.recall(setup)

    def show() -> Show:
        return lesson_show(session.run(setup), setup) if setup.lesson else cards_show(setup)

    return Talk(show, session, link=partial(own_link, OF_A_PERSON))


def lesson_show(run: LessonRun, setup: LearnSetup) -> Show:
    """Return the talk of a lesson."""
    lesson, lab = run.lesson, run.lab
    own = setup.chosen.words
    named = own.options("options")
    answers = [named[option] for option in lesson.options]
    can_tell = run.may_go("reveal")
    screen_name = Stage.in_link().screen
    if can_tell and not lab.is_done and screen_name in _LATER:
        lab.skip()  # A link may lead past a task.
    screens = [
        Screen(
            "question",
            partial(own.say, "question"),
            lambda: _words([own.say(own.first("opening_stage", "opening"))]),
            PAGE.say("plan_guess"),
        ),
        Screen(
            "guess",
            partial(own.say, "question"),
            partial(_guess, run, own),
            f"{PAGE.say('plan_guess')} {PAGE.say('hands')}",
            [_hand(lesson.guess, answer, own) for answer in answers_to(lesson)],
        ),
        Screen(
            "do",
            partial(own.say, "title"),
            partial(_do, run, own),
            PAGE.say("plan_do"),
            do=partial(_take_hands, run, setup),
        ),
    ]
    if can_tell:
        screens += [
            Screen(
                "reveal",
                lambda: verdict(run, lab.truth, own),
                partial(_reveal, run, own),
                PAGE.say("plan_reveal"),
                do=lab.skip,
            ),
            Screen(
                "why",
                lambda: own.say(outcome(run, own, "takeaway")),
                partial(_why, run, own),
                PAGE.say("plan_reveal"),
            ),
            *_further(run, own),
            Screen(
                "exit",
                partial(PAGE.say, "check"),
                partial(_exit, run, own, answers),
                PAGE.say("plan_exit"),
                [bare(answer) for answer in answers],
            ),
            Screen(
                "answer",
                lambda: _begun(named[lab.answer]),
                partial(_answer, run, own),
                bare(own.say(own.first("misconception", "note"))),
            ),
        ]
    elif screen_name in _LATER:
        screens.append(
            Screen(screen_name, partial(own.say, "title"), partial(_wait, run), PAGE.say("plan_do"))
        )
    return Show.of(screens, is_busy=False)


def cards_show(setup: LearnSetup) -> Show:
    """Return the single screen with the list of lessons."""
    titles = [
        f"{number}. {setup.at(key).chosen.words.say('title')}"
        for number, key in enumerate(LESSONS, 1)
    ]
    screen = Screen(
        "lessons", partial(PAGE.say, "question"), partial(_names, titles), PAGE.say("told")
    )
    return Show.of([screen])


def _names(titles: Sequence[str]) -> None:
    with st.container(key="stage-names"):
        for title in titles:
            st.markdown(f"**{title}**")


def answers_to(lesson: Lesson) -> Sequence[Guess]:
    """Return guesses for which hands are counted: answers, evenly spaced numbers, or cells; rows
    where a map has more cells than keys."""
    guess = lesson.guess
    if isinstance(guess, Pick):
        return guess.options
    if isinstance(guess, Cells):
        if guess.size <= HANDS:
            return [frozenset({cell}) for cell in range(guess.size)]
        return [guess.row(place) for place in range(len(guess.rows))]
    return [guess.low + share * (guess.high - guess.low) / _PARTS for share in range(_PARTS + 1)]


def _hand(guess: Guessed, answer: Guess, own: Words) -> str:
    """Format a guess for a hand, in little room."""
    if isinstance(guess, Cells) and isinstance(answer, frozenset) and len(answer) == 1:
        return guess.pictured(*answer)
    return written(guess, answer, own)


def guessed_by(hands: Sequence[int], lesson: Lesson) -> Guess | None:
    """Return the guess of a room from its hands; None if there were none.

    The guess is the mean of numbers, the most frequent of other answers, or the cells of a map
    with at least half as many hands as the most frequent cell.
    """
    answers = answers_to(lesson)
    if len(hands) != min(len(answers), HANDS) or not any(hands):
        return None
    if isinstance(lesson.guess, Cells):
        marked = (a for n, a in zip(hands, answers, strict=False) if n and 2 * n >= max(hands))
        return frozenset().union(*(a for a in marked if isinstance(a, frozenset)))
    if isinstance(lesson.guess, Pick):
        return max(zip(hands, answers, strict=False), key=lambda count: count[0])[1]
    numbers = (a for a in answers if isinstance(a, float))
    mean = sum(n * a for n, a in zip(hands, numbers, strict=True)) / sum(hands)
    return float(round(mean / lesson.guess.step) * lesson.guess.step)


def _take_hands(run: LessonRun, setup: LearnSetup) -> None:
    """Take the room's hands as the guess, in the address too."""
    guess = guessed_by(this_remote().hand_counts, run.lesson)
    if guess is not None:
        run.guess = guess
        set_widgets(setup.having({"guess": format_guess(guess)}))
        st.query_params["guess"] = format_guess(guess)


def _further(run: LessonRun, own: Words) -> list[Screen]:
    """Return the screen of the second picture, if there is any."""
    lab = run.lab
    if "further" not in own.table:
        return []

    def picture() -> None:
        with st.container(key="stage-lesson"):
            lab.further()

    heading = partial(own.say, "further", **lab.numbers)
    return [Screen("further", heading, picture, PAGE.say("plan_reveal"))]


def _begun(answer: str) -> str:
    """Capitalise an answer as a heading."""
    return answer[:1].upper() + answer[1:]


def _exit(run: LessonRun, own: Words, answers: Sequence[str]) -> None:
    """Draw the exit question and its answers beside the last picture."""
    _words([own.say("exit", **run.lab.numbers), *map("**{}**".format, answers)])
    _seen(run, own)


def _answer(run: LessonRun, own: Words) -> None:
    """Draw the answer to the exit question beside its proof."""
    lab = run.lab
    name = own.first(f"answered_{lab.answer}", "answered")
    _words([own.say(name, **lab.numbers)])
    with st.container(key="stage-lesson"):
        lab.proving()


def _seen(run: LessonRun, own: Words) -> None:
    """Draw the last picture, unless the person left off early."""
    if run.lab.truth is None:
        return
    with st.container(key="stage-lesson"):
        run.lab.revealing()


def _guess(run: LessonRun, own: Words) -> None:
    """Draw the question beside the picture; hands need the room below."""
    _words([own.say("guess")])
    with st.container(key="stage-lesson"):
        run.lab.opening()


def _wait(run: LessonRun) -> None:
    """Draw the progress of the lab."""
    share = run.lab.progress
    st.progress(share, PAGE.say("waits", percent=percent(share)))


def _do(run: LessonRun, own: Words) -> None:
    if not run.may_go("reveal"):
        _wait(run)
    with st.container(key="stage-lesson"):
        run.lab.doing()


def _reveal(run: LessonRun, own: Words) -> None:
    truth = run.lab.truth
    if isinstance(truth, frozenset):
        # A map fills the screen: further results follow on the next screen.
        with st.container(key="stage-marks"):
            show_guess(run.lesson, truth, run.guess, own)
        return
    if truth is not None and not isinstance(run.lesson.guess, Pick):
        with st.container(key="stage-guess"):
            show_guess(run.lesson, truth, run.guess, own)
    with st.container(key="stage-lesson"):
        run.lab.revealing()


def _why(run: LessonRun, own: Words) -> None:
    """Explain the last picture, beside it."""
    _words([own.say(outcome(run, own), **run.lab.numbers)])
    _seen(run, own)


def _words(paragraphs: Sequence[str]) -> None:
    with st.container(key="stage-words"):
        for text in paragraphs:
            st.markdown(text)
