"""Table of the hidden truth."""

from collections.abc import Container, Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import CellFault
from pages.parts.components.rule_table import width_of
from pages.parts.scene.table import write_in
from pages.parts.settings.bad_widget_state import chosen
from pages.parts.settings.page_settings_base import show
from pages.parts.text.format import note, plain
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.tables import ROW, Config, number_column, say_first

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
    frame, config = _table(session, {fault.row for fault in faults if fault.table == "truth"})
    key = f"worlds-truth-{session.truth.number}"
    write_in(
        frame,
        key=key,
        numbers=[str(place) for place in range(len(base.offered))],
        row_height=ROW,
        height=min(ROW * (len(frame) + 1) + 4, 440),
        column_config=config,
        on_change=lambda: session.write_truth(st.session_state[key]),
    )


def _table(session: WorldsSession, faulty: Container[int]) -> tuple[pd.DataFrame, Config]:
    """Return the rows of the truth with their columns' configuration: fields, then actions."""
    base, part = session.truth.base, session.truth.slice
    fields = [f"field {place}" for place in range(len(base.by))]
    columns = [str(place) for place in range(len(base.offered))]
    frame = pd.DataFrame(session.truth.rows(), columns=[*fields, *columns])
    heads = {c: name for c, name in zip(fields, base.by, strict=True) if name in part.spread}
    if not fields:
        heads = {"who": "Who"}
        frame.insert(0, "who", ["Everybody"])
    first = next(iter(heads))
    texts = list(map(str, frame[first]))
    config: dict[str, Any] = {
        column: st.column_config.TextColumn(name, disabled=True, pinned=True)
        for column, name in heads.items()
    } | {
        column: number_column(row.label) for column, row in zip(columns, base.offered, strict=True)
    }
    config[first]["width"] = width_of(f"{_MARK} {text}" for text in (*texts, heads[first]))
    return frame[list(config)].assign(**{first: _marked(texts, part.places, faulty)}), config


def _marked(texts: Iterable[str], places: Iterable[int], faulty: Container[int]) -> list[str]:
    """Mark rows with a faulty cell in their first column, as an editor cannot colour cells; a table
    of fixed rows keeps its edits and the cursor."""
    pairs = zip(texts, places, strict=True)
    return [f"{_MARK}{text}" if place + 1 in faulty else text for text, place in pairs]


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
