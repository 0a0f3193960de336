"""The screens of a lesson: guess, do, reveal, exit, and the way on."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.components.guess_slider import guess_slider
from pages.parts.lessons.ending import show_end
from pages.parts.lessons.explained_text import remark, tell
from pages.parts.lessons.guess_codec import format_guess
from pages.parts.lessons.lecturers import show_sheet
from pages.parts.lessons.lesson import STEPS, Cells, Guess, Slider, Step
from pages.parts.lessons.maps import mark_cells
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.lessons.pictures import show_guess
from pages.parts.lessons.session import LearnSession, LessonRun, after, before, outcome
from pages.parts.lessons.verdict import verdict
from pages.parts.settings.page_settings_base import set_widgets
from pages.parts.text.format import percent, section
from pages.parts.text.lesson_words import PAGE, Words
from pages.parts.text.reward_scale import RewardScale


def show_lesson(session: LearnSession, setup: LearnSetup) -> None:
    """Draw the current screen of the lesson, and the way on."""
    if setup.sheet:
        with st.container(key="lesson-sheet"):
            show_sheet(session, setup)
        back = partial(set_widgets, setup.at())
        st.button(PAGE.say("all_lessons"), icon=":material/arrow_back:", on_click=back)
        return
    run = session.run(setup)
    own = setup.chosen.words
    step = setup.step if run.may_go(setup.step) else "do"
    if step not in {"guess", "do"} and not run.lab.is_done:
        run.lab.skip()  # A link may lead past a task.
    _show_way(step)
    with _screen(run, step):
        match step:
            case "guess":
                _guess(run, setup, own)
            case "do":
                with st.container(key="lesson-doing"):
                    run.lab.doing()
            case "reveal":
                _reveal(run, own)
            case "exit":
                _exit(session, run, setup, own)
            case "end":
                show_end(run, setup, own)
    _show_doors(run, setup, step)


def _screen(run: LessonRun, step: Step) -> DeltaGenerator:
    """Return the container of a screen; a new screen begins empty, so that no part of the former
    one is moved before it goes.

    Screens take two places in turn: Streamlit fills a place that is emptied and filled again in one
    run without emptying it.
    """
    screen = (step, step == "exit" and run.picked is not None)
    if screen != run.screen:
        run.screen, run.place = screen, 1 - run.place
    with st.container(key="lesson-screen"):  # It keeps its height meanwhile.
        if run.place:
            st.empty()
        container = st.container()
        if not run.place:
            st.empty()
    return container


def _show_way(step: Step) -> None:
    """Draw the names of the screens, the current one in bold."""
    names = {name: PAGE.say(f"step_{name}") for name in STEPS}
    labels = [
        f"**{label}**" if name == step else f":gray[{label}]" for name, label in names.items()
    ]
    st.markdown(" &nbsp;›&nbsp; ".join(labels))


def _show_doors(run: LessonRun, setup: LearnSetup, step: Step) -> None:
    """Draw the buttons back, on, and past the exercise."""
    if not run.is_ready:
        st.progress(run.lab.progress, PAGE.say("waits", percent=percent(run.lab.progress)))
    with st.container(horizontal=True, gap="small", key="lesson-doors"):
        at = partial(setup.at, setup.lesson)
        back = setup.at() if step == "guess" else at(before(step))
        name = PAGE.say("all_lessons" if step == "guess" else "back")
        st.button(
            name,
            key="lesson-back",
            icon=":material/arrow_back:",
            on_click=partial(set_widgets, back),
        )
        if step in {"guess", "end"}:
            return

        def onward() -> None:
            chosen = run.lab.choices
            set_widgets(at(after(step)).having({"picks": chosen}))

        if step == "do" and not run.lab.is_done:

            def skip() -> None:
                run.lab.skip()
                onward()

            can = run.may_go("reveal")
            st.button(PAGE.say("skip"), key="lesson-skip", on_click=skip, disabled=not can)
        elif step != "exit" or run.picked is not None:
            st.button(
                PAGE.say("next"),
                key="lesson-next",
                type="primary",
                icon=":material/arrow_forward:",
                on_click=onward,
                disabled=not run.may_go(after(step)),
            )


def _guess(run: LessonRun, setup: LearnSetup, own: Words) -> None:
    """Draw the explanation and its picture, then the question."""
    with st.container(key="lesson-opening"):
        run.lab.opening()
        with st.container(border=True, key="lesson-guess"):
            tell(f"**{own.say('guess')}**")
            value = _ask(run, own)

            def take() -> None:
                run.guess = value
                set_widgets(setup.at(setup.lesson, "do").having({"guess": format_guess(value)}))

            st.button(
                PAGE.say("guess_it"),
                key="lesson-guessed",
                type="primary",
                on_click=take,
                disabled=value is None,
            )


def _ask(run: LessonRun, own: Words) -> Guess | None:
    """Draw the widget of a guess, which begins with the last guess; None before the first."""
    kind, key = run.lesson.guess, f"lesson-guess-{run.lesson.key}"
    label, last = PAGE.say("step_guess"), run.guess
    if isinstance(kind, Cells):
        return mark_cells(kind, key, last if isinstance(last, frozenset) else frozenset())
    if not isinstance(kind, Slider):
        names = own.options("guesses")
        return st.radio(
            label,
            kind.options,
            kind.options.index(last) if isinstance(last, str) else None,
            format_func=names.__getitem__,
            key=key,
            label_visibility="collapsed",
        )
    return guess_slider(
        label,
        kind.values,
        min(kind.values, key=lambda value: abs(value - last)) if isinstance(last, float) else None,
        lambda value: f"{value * 100:.0f} %" if kind.percent else f"{value:g}",
        key,
        PAGE.say("no_guess"),
        label_visibility="collapsed",
    )


def _reveal(run: LessonRun, own: Words) -> None:
    lesson, lab = run.lesson, run.lab
    truth, numbers = lab.truth, lab.numbers
    # The style sheet arranges the containers: in a low window, pictures beside words.
    with st.container(key="lesson-revealed"):
        with st.container(key="lesson-said"):
            section(verdict(run, truth, own))
            # Above the pictures, which may be higher than the window.
            tell(own.say(outcome(run, own), **numbers))
            _in_its_unit(run)
        if truth is not None:
            with st.container(key="lesson-beside"):
                show_guess(lesson, truth, run.guess, own)
        with st.container(key="lesson-pictures"):
            lab.revealing()


def _in_its_unit(run: LessonRun) -> None:
    """Say the lesson's rewards in money, if its world counts in a unit."""
    world = run.lesson.world
    if world.unit:
        remark(PAGE.say("money", money=RewardScale.of(world).value(0.1)))


def _exit(session: LearnSession, run: LessonRun, setup: LearnSetup, own: Words) -> None:
    """Draw the exit question beside the last picture, or its answer beside the proof."""
    lab = run.lab
    with st.container(key="lesson-checked"):
        with st.container(key="lesson-said"):
            section(PAGE.say("check"))
            tell(own.say("exit", **lab.numbers))
            with st.container(gap="small", key="lesson-answers"):
                if run.picked is None:
                    _options(session, run, own)
                else:
                    _answered(run, own)
                    _in_its_unit(run)
        with st.container(key="lesson-pictures"):
            if run.picked is not None:
                lab.proving()
            else:
                lab.checking()


def _options(session: LearnSession, run: LessonRun, own: Words) -> None:
    """Draw a button for each answer."""
    names = own.options("options")

    def pick(option: str) -> None:
        run.picked = option
        session.done.add(run.lesson.key)

    with st.container(horizontal=True, gap="small", key="lesson-options"):
        for option in run.lesson.options:
            st.button(names[option], key=f"lesson-option-{option}", on_click=partial(pick, option))


def _answered(run: LessonRun, own: Words) -> None:
    """Draw the picked answer, the right answer, and the reason."""
    names, answer = own.options("options"), run.lab.answer
    marked = []
    for option in run.lesson.options:
        if option in {answer, run.picked}:
            icon = "check_circle" if option == answer else "cancel"
            yours = f" · {PAGE.say('your_answer')}" if option == run.picked else ""
            marked.append(f":material/{icon}: **{names[option]}**:gray[{yours}]")
    tell("\u00a0\u2003 ".join(marked))
    tell(own.say(own.first(f"answered_{answer}", "answered"), **run.lab.numbers))
