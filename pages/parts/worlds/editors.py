"""The place, what is offered and who comes, as they are written."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import ActionRow, CellFault
from engine.worlds.limits import MAX_NAME, MAX_STORY, MAX_TITLE, MAX_UNIT
from pages.parts.settings.link import show
from pages.parts.text.format import note, plain, section
from pages.parts.text.source_names import in_a_row
from pages.parts.worlds.number import write_number
from pages.parts.worlds.pictures import write_pictures
from pages.parts.worlds.rows import as_frame
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.tables import Config, editor, number_column, say_first
from pages.parts.worlds.wording import COLUMNS

_ACTIONS = ("name", "emoji", "worth", "features")
_HOW = (
    "By keys: Enter, in the grey row at the end, adds a row; what is typed in a cell replaces it; "
    "Tab leads on, and Delete empties a cell."
)
"""How a table that may be added to is written in."""
_HEAD, _LONG_HEAD = 84, 102
"""Pixels of a column that its head just fits in: one word, or two."""
_TWO_LINES = 68
"""Pixels of a field that shows a story in full."""
_VALUES = ("field", "value", "emoji", "share", "sends")


def write_the_place(session: WorldsSession) -> None:
    """Title, picture and story."""
    draft = session.draft
    names = "title", "emoji", "story", "unit"
    texts = {name: getattr(draft, name) for name in names}
    labels = (
        (COLUMNS["title"], MAX_TITLE),
        (COLUMNS["emoji"], 16),
        ("Story, in two sentences", MAX_STORY),
        (COLUMNS["unit"], MAX_UNIT),
    )

    def write() -> None:
        told = [st.session_state[f"worlds-{name}"] for name in texts]
        if None not in told:  # Of a field that has just left the page nothing is told.
            session.write(*map(str, told))

    with st.container(key="place"):
        columns = st.columns([3, 1, 7, 1.3])
    for place, (name, text), (label, most) in zip(columns, texts.items(), labels, strict=True):
        show(f"worlds-{name}", text)
        key = f"worlds-{name}"
        if name == "story":
            place.text_area(label, key=key, max_chars=most, on_change=write, height=_TWO_LINES)
        else:
            hint = "€, if any" if name == "unit" else None
            place.text_input(label, key=key, max_chars=most, on_change=write, placeholder=hint)


def write_actions(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """What is offered."""
    today = "The first one is what today's rules choose, where that matters."
    section("What is offered", f"{today} {_HOW}")
    hint = "A row is an action. Pays: what a success brings. Features: milk: true, price: 3.5"
    say_first("actions", faults, hint)
    frame = action_frame(session.actions.base)
    editor("actions", session.actions.number, frame, action_columns(), session.write_actions)
    write_pictures(session)


def action_frame(rows: Sequence[ActionRow]) -> pd.DataFrame:
    """Actions as they are shown to be written: each under the name that people read."""
    return as_frame(rows, _ACTIONS, worth="1").assign(
        name=pd.Series([row.shown for row in rows], dtype=object)
    )


def action_columns() -> Config:
    """How the columns of a table of actions are shown."""
    return {
        "name": st.column_config.TextColumn(COLUMNS["name"], default="", max_chars=MAX_NAME),
        "emoji": st.column_config.TextColumn(COLUMNS["emoji"], default="", width=_HEAD),
        "worth": number_column(
            "worth",
            default="1",
            width=_HEAD,
            help="What a success is worth, in what rewards are in; 1 if it is left out. The reward "
            "is 1 for a success with the one that is worth most.",
        ),
        "features": st.column_config.TextColumn(
            COLUMNS["features"],
            default="",
            width="large",
            help="What Rank is sent of it, such as: roast: dark, milk: true, price: 3.5",
        ),
    }


def write_values(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Who comes."""
    every = "Every combination of values is a context, in which somebody may come."
    named = "A field is named once, or again in each row."
    section("Who comes", f"{every} {named} {_HOW}")
    hint = "A row is a value of a field. Sent as: what a request says in place of its name"
    say_first("values", faults, hint)
    frame = as_frame(session.values.base, _VALUES, share="1")
    config = {
        "field": st.column_config.TextColumn(COLUMNS["field"], default="", max_chars=MAX_NAME),
        "value": st.column_config.TextColumn(COLUMNS["value"], default="", max_chars=MAX_NAME),
        "emoji": st.column_config.TextColumn(COLUMNS["emoji"], default="", width=_HEAD),
        "share": number_column(
            "share",
            default="1",
            width=_LONG_HEAD,
            help="Relative to the other values of its field; 1 if it is left out.",
        ),
        "sends": st.column_config.TextColumn(
            COLUMNS["sends"],
            default="",
            width=_HEAD,
            help="What a request says, if that is not the value's name: a number, such as 24 for "
            "18 to 30, or tags with commas between them.",
        ),
    }
    editor("values", session.values.number, frame, config, session.write_values)
    with st.popover("A number, in slices", key="number", icon=":material/straighten:"):
        write_number(session)
    _show_together(session)


def often(times: float) -> str:
    """How many times as often, with no more digits than one reads."""
    if times < 0.01:
        return "hardly ever"
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"


def _show_together(session: WorldsSession) -> None:
    """How far fields do not come independently of one another, and the way back to that."""
    times = session.draft.together.times
    if not times:
        return
    names = plain(in_a_row(session.draft.bound))
    note(
        f"Values of {names} come together: a combination of them comes from {often(min(times))} to "
        f"{often(max(times))} times as often as their shares alone would say."
    )
    st.button(
        "Let fields come independently",
        key="independent",
        icon=":material/call_split:",
        on_click=session.part_fields,
    )
