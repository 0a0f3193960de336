"""Table of the hidden truth."""

from collections.abc import Container, Sequence

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import CellFault
from pages.parts.components.rule_table import width_of
from pages.parts.scene.table import write_in
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.settings.page_settings_base import show
from pages.parts.text.format import note, plain
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.tables import ROW, number_column, say_first

_MARK = "⚠️ "
"""Beginning of a row with a faulty cell."""


def write_truth(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Draw the hidden truth: a row per segment, a column per action."""
    is_priced = any(row.worth not in {None, 1} for row in session.draft.offered)
    hint = (
        "Each number is the mean reward, from 0 to 1 or as a percentage, of an action for a group "
        "of visitors."
    )
    if is_priced:
        hint = (
            "Each number is the chance of a success, from 0 to 1 or as a percentage, of an action "
            "for a group of visitors; a partial success counts as its part."
        )
    say_first("truth", faults, f"{hint} Copy and paste work as in a spreadsheet.")
    base, draft = session.truth.base, session.draft
    if not draft.offered:
        note(
            "One column per action, one row per segment. They appear as soon as there are actions."
        )
        return
    if session.truth.slice.fixed:
        _choose_slice(session)
    key = f"worlds-truth-{session.truth.number}"
    fields = [f"field {place}" for place in range(len(base.by))]
    columns = [str(place) for place in range(len(base.offered))]
    frame = pd.DataFrame(session.truth.rows(), columns=[*fields, *columns])
    config = {
        column: st.column_config.TextColumn(name, disabled=True, pinned=True)
        for column, name in zip(fields, base.by, strict=True)
        if name in session.truth.slice.spread
    } | {
        column: number_column(row.label) for column, row in zip(columns, base.offered, strict=True)
    }
    if not fields:
        frame.insert(0, "who", ["Everybody"])
        config["who"] = st.column_config.TextColumn("Who", disabled=True, pinned=True)
    frame, first = frame[list(config)], next(iter(config))
    config[first]["width"] = width_of(f"{_MARK} {text}" for text in (*frame[first], *base.by[:1]))
    _mark(frame, {f.row for f in faults if f.table == "truth"}, session.truth.slice.places)
    write_in(
        frame,
        key=key,
        numbers=columns,
        row_height=ROW,
        height=min(ROW * (len(frame) + 1) + 4, 440),
        column_config=config,
        on_change=lambda: session.write_truth(st.session_state[key]),
    )


def _mark(frame: pd.DataFrame, faulty: Container[int], places: Sequence[int]) -> None:
    """Mark rows with a faulty cell in the first column, as an editor cannot colour cells; a table
    of fixed rows keeps its edits and the cursor."""
    for row, place in enumerate(places):
        if place + 1 in faulty:
            frame.iat[row, 0] = _MARK + str(frame.iat[row, 0])


def _choose_slice(session: WorldsSession) -> None:
    """Draw menus for the two varied fields, and for the value of each fixed field."""
    draft, part = session.draft, session.truth.slice
    fields, names = draft.fields, list(draft.by)
    note(
        f"{len(draft.segments):,} segments: two fields are spread out below; each "
        "other field has one value at a time."
    )
    keys = [f"truth-spread-{place}" for place in range(2)]
    fixed = {name: f"truth-held-{names.index(name)}" for name in part.fixed}

    def turn() -> None:
        rows = {
            name: int(chosen(key, [row.id for row in fields[name]], part.fixed[name].id))
            for name, key in fixed.items()
        }
        spread = [chosen(key, names, part.spread[place]) for place, key in enumerate(keys)]
        session.turn(spread, rows)

    with st.container(horizontal=True, gap="small", key="truth-slice"):
        for place, key in enumerate(keys):
            show(key, part.spread[place])
            others = [name for name in names if name != part.spread[1 - place]]
            st.selectbox(
                ("Rows", "Columns")[place],
                others,
                key=key,
                on_change=turn,
                width=150,
            )
        for name, key in fixed.items():
            values = {row.id: row.value for row in fields[name]}
            show(key, part.fixed[name].id)
            st.selectbox(
                plain(name),
                list(values),
                key=key,
                format_func=values.__getitem__,
                on_change=turn,
                width=150,
            )
