"""Layout of the Evaluate page: headline with guess, progress, forest and table."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import streamlit as st

from engine.evaluation.estimators import Interval
from pages.parts.components.download import download_rows
from pages.parts.components.file_faults import show_faults
from pages.parts.components.guess_slider import guess_slider
from pages.parts.evaluate.log_checks import QUESTION, faults_in_short, passed
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import amount, below_table, chart_ends, names_of, usable
from pages.parts.scene.part_drawing import draw, draw_chart
from pages.parts.scene.part_types import Scene
from pages.parts.settings.page_settings_base import keep_values
from pages.parts.text.format import note

_FEW_FAULTS = 2
"""Number of lines about failed checks, with the line that counts them, that are read at once."""


def show_progress(session: EvaluateSession) -> None:
    """Draw the progress of a repeated evaluation, and refusals."""
    if session.is_live and session.result is not None:
        _progress(session)
    show_faults(session.refused)
    if session.refused is not None and session.result is not None:
        of_file = "The statement about actions that always pay 0 is not used."
        of_loop = (
            "The requested settings are those of this very session. Everything else is shown "
            "without them."
        )
        note(of_file if session.setup.log == "file" else of_loop)
    elif session.refused is not None and session.setup.window:
        st.button("Include all visitors", key="all-count", on_click=_let_all_count)


def _progress(session: EvaluateSession) -> None:
    made = "Simulating visitors for the log"
    st.progress(session.share, "Reading the log" if session.setup.log == "file" else made)


def _let_all_count() -> None:
    st.session_state[EvaluateSetup.key("window")] = ""


def show_headline(session: EvaluateSession, scene: Scene) -> None:
    """Draw the headline and the guess, or the progress of the first evaluation."""
    result = session.result
    if result is None and not session.awaits:
        return
    with st.container(border=True, key="evaluate-headline"):
        if result is None:
            _progress(session)
            return
        if "served" not in scene or result.contradicts:
            draw(scene, "headline")
            return
        said, buttons = st.columns([4, 1.15], vertical_alignment="center")
        with said, st.container(key="evaluate-verdict"):
            draw(scene, "headline")
        if session.hides:
            with said:
                guess = _guess(session, result)
            with buttons, st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    "Reveal",
                    key="reveal",
                    type="primary",
                    icon=":material/visibility:",
                    width="stretch",
                    on_click=_reveal,
                    args=(session, guess),
                    disabled=guess is None,
                )
                show_skip(session)
        else:
            buttons.button(
                "Guess first" if session.guess is None else "Guess again",
                key="hide",
                icon=":material/casino:",
                width="stretch",
                on_click=_guess_first,
                args=(session,),
                help="Hides the results until you have made a guess.",
            )


def _guess(session: EvaluateSession, result: LogEvaluation) -> float | None:
    """Draw the slider of the guess, which begins without a value, and return its value."""
    low, high = map(float, chart_ends(result, session.setup))
    values = [round(low + (high - low) * step / 100, 9) for step in range(101)]
    text_of = partial(amount, result.log.scale)
    return guess_slider(
        "Your guess", values, None, text_of, "evaluate-guessed", "Slide to guess", "collapsed"
    )


def _reveal(session: EvaluateSession, guess: float) -> None:
    keep_values()
    session.reveal(guess)


def show_skip(session: EvaluateSession) -> None:
    """Draw the button that shows the results without a guess."""
    st.button(
        "Skip",
        key="skip",
        type="tertiary",
        on_click=_guess_first,
        args=(session, False),
        help="Shows the results without a guess.",
    )


def _guess_first(session: EvaluateSession, first: bool = True) -> None:
    keep_values()
    st.session_state[session.setup.key("guess")] = first
    session.hide()


def show_failed_checks(session: EvaluateSession, scene: Scene) -> None:
    """Draw an orange line for the check of the log that failed; of several, one for all of them,
    with what each found in a popover."""
    if session.result is None or _passes(session.result):
        return
    lines = scene.text("checks").splitlines()
    with st.container(gap="xsmall", key="evaluate-checks"):
        if len(lines) <= _FEW_FAULTS:
            _warn(lines)
            return
        _warn([faults_in_short(session.result.checks)])
        with st.popover("What is wrong", icon=":material/rule:", type="tertiary"):
            _warn(lines[1:])


def _warn(lines: Sequence[str]) -> None:
    for line in lines:
        note(f":orange[:material/warning:] {line}")


def show_passed_checks(session: EvaluateSession) -> None:
    """Draw the line of a log without faults."""
    if session.result is not None and _passes(session.result):
        line = f":green[:material/check_circle:] {QUESTION} **Yes, all checks passed.**"
        with st.container(key="evaluate-passed"):
            st.markdown(line, help=f"What was checked: {passed(session.result.checks)}.")


def _passes(result: LogEvaluation) -> bool:
    return all(check.passes for check in result.checks)


def show_forest(session: EvaluateSession, scene: Scene, result: LogEvaluation) -> None:
    """Draw the forest and the notes, with the table beside."""
    with st.container(key="pair-forest"):
        left, right = st.columns([1.25, 1], gap="medium")
    with left:
        if figure := scene.figure("forest"):
            note(figure.marks)
            draw_chart(figure)
        for line in () if session.hides else scene.text("notes").splitlines():
            note(line)
    with right:
        draw(scene, "table")
        note(below_table(result))
        with st.expander("How this is calculated", icon=":material/calculate:"):
            draw(scene, "how")
        with st.container(horizontal=True, vertical_alignment="center"):
            download_rows(
                "Download as CSV",
                lambda: _all_figures(result, session.setup),
                key="evaluate-csv",
                name=f"evaluation-{session.setup.world}-seed-{session.setup.seed}",
            )


def _all_figures(result: LogEvaluation, setup: EvaluateSetup) -> Iterator[Mapping[str, object]]:
    """Yield a row per target and estimator, for a CSV file."""
    names = names_of(result, setup)
    for row in result.rows:
        for key, interval in row.intervals.items():
            yield {
                "policy": row.target,
                "name": names[row.target],
                "estimator": key,
                "estimate": interval and interval.estimate,
                "low": interval and interval.low,
                "high": interval and interval.high,
                "truth": result.truths.get(row.target),
                "events": row.events,
                "effective_events": row.effective,
                "largest_weight": row.largest,
                "share_with_weight": row.share,
                "usable": usable(result, row, key),
                **_scaled_cells(result, interval),
            }


def _scaled_cells(result: LogEvaluation, interval: Interval | None) -> Mapping[str, object]:
    """Cells of an interval in the scale of the log; none for rewards as they are."""
    scale = result.log.scale
    if not scale.unit:
        return {}
    return {
        "unit": scale.title,
        "estimate_in_unit": interval and scale.number(interval.estimate),
        "low_in_unit": interval and scale.number(interval.low),
        "high_in_unit": interval and scale.number(interval.high),
    }
