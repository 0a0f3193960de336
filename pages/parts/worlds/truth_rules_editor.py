"""Editor of the hidden truth as a sum of rules."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import CellFault, Rules
from engine.worlds.limits import MAX_NAME
from pages.parts.settings.page_settings_base import show
from pages.parts.settings.text_field import typed
from pages.parts.text.format import note, section
from pages.parts.worlds.edited_rows import as_frame, number_in, text_in
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.success_levels_table import write_levels
from pages.parts.worlds.tables import editor, number_column, say_first
from pages.parts.worlds.wording import COLUMNS

_RULES = ("adds", "when", "action", "features")
_ENDS = (
    ("Without rules", "worlds-base", "Chance of a success where no rule applies."),
    ("Full successes", "worlds-whole", "Share of full successes; the others are partial."),
)


def write_rules(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Draw the start of the sum and the table of rules."""
    section("True conversion rates", "Hidden from the engine.")
    rules = session.draft.rules or Rules()
    for (_, key, _), value in zip(_ENDS, (rules.base, rules.whole), strict=True):
        show(key, text_in(value))

    def write() -> None:
        texts = [typed(key) for _, key, _ in _ENDS]
        if all(texts):  # A widget that has just left the page sends nothing.
            session.sum_from(*map(number_in, texts))

    with st.container(horizontal=True, vertical_alignment="bottom", key="shape"):
        for label, key, help in _ENDS:
            st.text_input(label, key=key, on_change=write, help=help, width=150)
        with st.popover("Rewards", key="shape-rewards", icon=":material/stairs:"):
            write_levels(session, faults)
        st.button(
            "Write a table instead",
            key="as-table",
            icon=":material/table:",
            on_click=lambda: session.rule(False),
        )
    hint = "A rule adds to the chance of a success. When: weather: Rainy, age: from 18 to 30"
    say_first("rules", faults, hint)
    names = {row.name: row.shown for row in session.draft.offered}
    rows = session.rules.base
    named = pd.Series([names.get(row.action, row.action) for row in rows], dtype=object)
    frame = as_frame(rows, _RULES).assign(action=named)
    config = {
        "adds": number_column(
            "adds", width="small", help="From \u22121 to 1; the sum is cut off at 0 and at 1."
        ),
        "when": st.column_config.TextColumn(
            COLUMNS["when"],
            default="",
            width="medium",
            help="Values of fields, or ranges of numbers; all must hold. Empty: always.",
        ),
        "action": st.column_config.TextColumn(
            COLUMNS["action"], default="", max_chars=MAX_NAME, help="Empty: all."
        ),
        "features": st.column_config.TextColumn(
            COLUMNS["features"], default="", help="Such as: milk: true. Empty: any."
        ),
    }
    editor("rules", session.rules.number, frame, config, session.write_rules, rows=11)
    note("The effects of all rules that apply are added. The sum is limited to 0 to 1.")
