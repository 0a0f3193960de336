"""Comparison of two policies on the same log."""

import streamlit as st

from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.page_content import pair_figure
from pages.parts.evaluate.page_layout import show_skip
from pages.parts.evaluate.page_settings import EvaluateSetup
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import about_difference, headline_row, names_of
from pages.parts.scene.part_drawing import draw_chart
from pages.parts.scene.part_types import FigureStyle
from pages.parts.text.format import note, section
from pages.parts.text.theme import is_dark

_HELP = (
    "Two policies on the same visitors. Where both choose the same action they earn "
    "the same, so the interval covers only the visitors on whom they differ. It is "
    "conservative: it holds whenever the intervals of both parts do."
)


def show_difference(session: EvaluateSession, result: LogEvaluation) -> None:
    """Draw menus for two policies, and the difference of their rewards."""
    setup, names = session.setup, names_of(result, session.setup)
    section("Is it better than the actual offers?", help=_HELP)
    keys = list(names)
    usual = _usual(result, setup, keys)
    with st.container(horizontal=True, vertical_alignment="center", key="beside"):
        first = _choose("Policy", keys, usual, result, session)
        note("beside")
        second = _choose("Compared with", keys, "online", result, session)
    if session.hides:
        note("Shown after your guess, under *What if*.")
        show_skip(session)
    elif first == second:
        note("These are the same policy.")
    else:
        verdict, *details = about_difference(result, setup, first, second).split("\n\n")
        with st.container(key="evaluate-verdict"):
            st.markdown(verdict)
        if result.contradicts:
            return
        figure = pair_figure(session, result, FigureStyle(is_dark()), first, second)
        note(figure.marks)
        draw_chart(figure)
        for detail in details:
            note(detail)


def _usual(result: LogEvaluation, setup: EvaluateSetup, keys: list[str]) -> str:
    """Key of the first policy at the start: of the chosen summary, else the person's own rule for a
    file or the best guess, else of the headline."""
    preferred = "greedy" if result.own_rule is None else "rules"
    if preferred in keys and not setup.about:
        return preferred
    row = headline_row(result, setup)
    return row.target if row else keys[-1]


def _choose(
    label: str, keys: list[str], usual: str, result: LogEvaluation, session: EvaluateSession
) -> str:
    chosen: str = st.selectbox(
        label,
        keys,
        keys.index(usual),
        format_func=names_of(result, session.setup).__getitem__,
        key=f"evaluate-{label}-{session.setup.world}-{usual}",
        label_visibility="collapsed",
        width=250,
    )
    return chosen
