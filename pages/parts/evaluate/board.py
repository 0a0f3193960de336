"""What a log tells, from the one sentence down to every estimate."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages.parts.charts import forest
from pages.parts.components.download import download_rows
from pages.parts.components.guess_slider import guess_slider
from pages.parts.data.upload import tell_faults
from pages.parts.evaluate.estimators import STORIES
from pages.parts.evaluate.found import Found
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.evaluate.wording import (
    action_of,
    asked_row,
    doubts,
    headline,
    is_thin,
    is_wide,
    measured,
    names_of,
    told_of,
)
from pages.parts.scene.picture import picture
from pages.parts.scene.table import show_rows
from pages.parts.text.format import note, plain
from pages.parts.text.glossary import meaning
from pages.parts.text.money import scale_of
from pages.parts.text.theme import is_dark

_KEYS = {
    forest.NAIVE: "\u25cb\u00a0what it looks like, where it was shown",
    forest.ESTIMATE: "\u25a0\u00a0served to everybody, with its 95 % interval",
    forest.TRUTH: "\u25c7\u00a0the truth",
    forest.GUESS: "\u25bd\u00a0your guess",
}
"""What the marks are."""
_POLICY_HELP = (
    "Its best guess now: what the loop would choose if it left nothing to chance. It has learned "
    "from this very log, which flatters it a little."
)
_WORTH = "Rests on"
"""What says how many events an estimate rests on."""
_TABLE_HELP = (
    "Looks like: the average where it was shown, as on a dashboard; but it was shown to those who "
    "were believed to like it. Would earn: the same log, each reward weighed by how unlikely it "
    "was to be seen."
)


def show_progress(session: EvaluateSession) -> None:
    """How far a log is that is asked anew, and what was refused."""
    if session.is_live and session.found is not None:
        _progress(session)
    tell_faults(session.refused)
    if session.refused is not None and session.found is not None:
        note("That is the loop whose settings were to be asked: all else is told without them.")
    elif session.refused is not None and session.setup.window:
        st.button("Let all visitors count", key="all-count", on_click=_let_all_count)


def _progress(session: EvaluateSession) -> None:
    made = "Visitors are served, so that there is a log to ask"
    st.progress(session.share, "The log is read" if session.setup.log == "file" else made)


def _let_all_count() -> None:
    st.session_state[EvaluateSetup.key("window")] = ""


def show_headline(session: EvaluateSession) -> None:
    """The one sentence, and the guess; while nothing is known, how far the log is stands there."""
    found = session.found
    if found is None and not session.awaits:
        return
    with st.container(border=True, key="evaluate-headline"):
        if found is None:
            _progress(session)
            return
        row = asked_row(found, session.setup)
        if row is None:
            st.markdown("**This log says too little of any one action.**")
            return
        said, button = st.columns([4, 1.15], vertical_alignment="center")
        said.markdown(headline(session, found, row))
        if session.hides:
            with said:
                low, high = map(float, found.bounds)
                values = [round(low + (high - low) * step / 100, 9) for step in range(101)]
                guess = guess_slider(
                    "Your guess",
                    values,
                    None,
                    "{:.2f}".format,
                    "evaluate-guessed",
                    "Slide to guess",
                )
            button.button(
                "Reveal",
                key="reveal",
                type="primary",
                icon=":material/visibility:",
                width="stretch",
                on_click=session.reveal,
                args=(guess,),
                disabled=guess is None,
            )
        else:
            button.button(
                "Guess first" if session.guess is None else "Guess again",
                key="hide",
                type="primary",
                icon=":material/casino:",
                width="stretch",
                on_click=_guess_first,
                args=(session,),
                help="Hides what the log tells until you have said what you believe.",
            )


def _guess_first(session: EvaluateSession) -> None:
    st.session_state[session.setup.key("guess")] = True
    session.hide()


def show_forest(session: EvaluateSession, found: Found) -> None:
    """What each would have earned: the picture, and beside it the figures."""
    setup, tells = session.setup, not session.hides
    branches = branches_of(found, setup, tells, setup.truth and tells, session.guess)
    with st.container(key="pair-forest"):
        left, right = st.columns([1.25, 1], gap="medium")
    with left:
        marks, places = forest.marks_of(branches), tuple(one.place for one in branches)
        told = " \u2003 ".join(_KEYS[mark] for mark in marks)
        note(told)
        picture(
            forest.forest_rows(branches),
            forest.forest_spec(is_dark(), len(branches), found.bounds, marks, places),
            key=f"chart-forest-{hash((found.bounds, marks, places))}",
            alt=told_of_forest(branches),
            marks=told,
        )
        for sentence in (plain(scale_of(found.log.world)), *doubts(found, setup)):
            if sentence:
                note(sentence)
    with right:
        _show_table(session, found)


def told_of_forest(branches: Sequence[forest.Branch]) -> str:
    """What the picture shows, for whoever does not see it."""
    return "What each would have earned, served to everybody: " + "; ".join(map(_told, branches))


def _told(one: forest.Branch) -> str:
    if one.estimate is None or one.low is None or one.high is None:
        return f"{one.name}, not told"
    truth = f", in truth {one.truth:.2f}" if one.truth is not None else ""
    return f"{one.name} {one.estimate:.2f} ({one.low:.2f} to {one.high:.2f}){truth}"


def branches_of(
    found: Found, setup: EvaluateSetup, tells: bool, reveals: bool, guess: float | None = None
) -> list[forest.Branch]:
    """The rows of the picture.

    Args:
        tells: whether it shows what the log tells, not only what things look like.
        reveals: whether it shows the truth.
        guess: of what the headline is about.
    """
    names, world = names_of(found, setup), found.log.world
    order = {item.id: place for place, item in enumerate(world.items)} if world else {}
    guessed, branches = asked_row(found, setup), []
    for place, row in enumerate(found.rows):
        naive, told, action = row.intervals["naive"], told_of(found, row, setup), action_of(row)
        one = forest.Branch(
            name=names[row.target],
            place=None if action is None else order.get(action, place),
            naive=None if naive is None else naive.estimate,
            truth=found.truths.get(row.target) if reveals else None,
            guess=guess if row == guessed else None,
            is_unsure=is_wide(found, told) or is_thin(row, setup),
        )
        if told is not None and tells:
            one = replace(one, estimate=told.estimate, low=told.low, high=told.high)
        branches.append(one)
    return branches


def _show_table(session: EvaluateSession, found: Found) -> None:
    number = st.column_config.NumberColumn
    rows = list(_figures(session, found))
    show_rows(
        rows,
        key="evaluate-table",
        row_height=forest.ROW,
        height="content",
        column_config={
            "Served to everybody": st.column_config.TextColumn(help=_POLICY_HELP),
            "Looks like": number(format="%.2f", help=_TABLE_HELP, width=84),
            "Truth": number(format="%.2f", width=60),
            _WORTH: number(format="%,.0f events", help=meaning("worth"), width=104),
        },
    )
    with st.expander("How this is reckoned", icon=":material/calculate:"):
        note(STORIES.get(found.estimator_of("", session.setup.estimator), ""))
    with st.container(horizontal=True, vertical_alignment="center"):
        download_rows(
            "Download as CSV",
            lambda: _all_figures(found, session.setup),
            key="evaluate-csv",
            name=f"evaluation-{session.setup.world}-seed-{session.setup.seed}",
        )


def _figures(session: EvaluateSession, found: Found) -> Iterator[Mapping[str, object]]:
    setup = session.setup
    names = names_of(found, setup)
    for row in found.rows:
        naive, told = row.intervals["naive"], told_of(found, row, setup)
        figures: dict[str, object] = {
            "Served to everybody": names[row.target],
            "Looks like": naive and naive.estimate,
        }
        if not session.hides:
            figures["Would earn"] = measured(told) if told else "unknown"
        if setup.truth and not session.hides:
            figures["Truth"] = found.truths.get(row.target)
        yield figures | {_WORTH: row.effective}


def _all_figures(found: Found, setup: EvaluateSetup) -> Iterator[Mapping[str, object]]:
    """A row for each target and estimator."""
    names = names_of(found, setup)
    for row in found.rows:
        for key, told in row.intervals.items():
            yield {
                "policy": row.target,
                "name": names[row.target],
                "estimator": key,
                "estimate": told and told.estimate,
                "low": told and told.low,
                "high": told and told.high,
                "truth": found.truths.get(row.target),
                "events": row.events,
                "effective_events": row.effective,
                "largest_weight": row.largest,
                "share_with_weight": row.share,
            }
