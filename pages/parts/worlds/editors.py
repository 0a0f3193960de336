"""Editors of the place, the actions and the visitors' context fields."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import ActionRow, CellFault
from engine.worlds.limits import MAX_NAME, MAX_STORY, MAX_TITLE, MAX_UNIT
from pages.parts.settings.page_settings_base import show
from pages.parts.text.format import note, plain, section
from pages.parts.text.reward_source_names import in_a_row
from pages.parts.worlds.edited_rows import as_frame
from pages.parts.worlds.numeric_context_field import write_number
from pages.parts.worlds.pictures import write_pictures
from pages.parts.worlds.session import WorldsSession
from pages.parts.worlds.tables import Config, editor, number_column, say_first
from pages.parts.worlds.wording import COLUMNS

_ACTIONS = ("name", "emoji", "worth", "features")
_HOW = (
    "Keyboard: Enter in the grey last row adds a row, typing replaces a cell, Tab "
    "moves on, Delete clears a cell."
)
"""Keyboard help of tables with a row for additions."""
_HEAD, _LONG_HEAD = 84, 102
"""Column widths in pixels that fit a heading of one word, or two."""
_TWO_LINES = 68
"""Height in pixels of a field that fits a full story."""
_VALUES = ("field", "value", "emoji", "share", "sends")


def write_the_place(session: WorldsSession) -> None:
    """Draw the fields for title, picture, story and unit."""
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
        texts_now = [st.session_state[f"worlds-{name}"] for name in texts]
        if None not in texts_now:  # A field that has just left the page sends None.
            session.write(*map(str, texts_now))

    with st.container(horizontal=True, vertical_alignment="bottom", key="place"):
        places = {
            name: st.container(width=width) for name, width in (("title", 320), ("unit", 120))
        }
        story = st.popover("Picture and story", key="place-story", icon=":material/draw:")
    for (name, text), (label, most) in zip(texts.items(), labels, strict=True):
        show(f"worlds-{name}", text)
        key, place = f"worlds-{name}", places.get(name, story)
        if name == "story":
            place.text_area(label, key=key, max_chars=most, on_change=write, height=_TWO_LINES)
        else:
            hint = "e.g. €" if name == "unit" else None
            place.text_input(label, key=key, max_chars=most, on_change=write, placeholder=hint)


def write_actions(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Draw the table of actions and the picture upload."""
    today = "The first action is the choice of today's rules, where needed."
    section("Actions", f"{today} {_HOW}")
    hint = (
        "One action per row. Pays: its gain if accepted. Features, such as milk: true, price: 3.5"
    )
    say_first("actions", faults, hint)
    frame = action_frame(session.actions.base)
    editor("actions", session.actions.number, frame, action_columns(), session.write_actions)
    write_pictures(session)


def action_frame(rows: Sequence[ActionRow]) -> pd.DataFrame:
    """Return actions as a table for editing, with display names."""
    return as_frame(rows, _ACTIONS, worth="1").assign(
        name=pd.Series([row.shown for row in rows], dtype=object)
    )


def action_columns() -> Config:
    """Return the column configuration of a table of actions."""
    return {
        "name": st.column_config.TextColumn(COLUMNS["name"], default="", max_chars=MAX_NAME),
        "emoji": st.column_config.TextColumn(COLUMNS["emoji"], default="", width=_HEAD),
        "worth": number_column(
            "worth",
            default="1",
            width=_HEAD,
            help="Value of a success, in the unit of rewards; 1 if empty. The reward is 1 "
            "for a success with the most valuable action.",
        ),
        "features": st.column_config.TextColumn(
            COLUMNS["features"],
            default="",
            width="large",
            help="Features sent in a Rank request, such as: roast: dark, milk: true, price: 3.5",
        ),
    }


def write_values(session: WorldsSession, faults: Sequence[CellFault]) -> None:
    """Draw the table of context fields and their values."""
    every = "Every combination of values is a context."
    named = "A field is named once, or again in each row."
    section("Visitors", f"{every} {named} {_HOW}")
    hint = "How often: 2 is twice as common as 1. Sent as: the name that your application uses"
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
            help="Relative to the other values of its field; 1 if empty.",
        ),
        "sends": st.column_config.TextColumn(
            COLUMNS["sends"],
            default="",
            width=_HEAD,
            help="Value sent in a request instead of the name: a number, such as 24 for 18 "
            "to 30, or tags with commas between them.",
        ),
    }
    editor("values", session.values.number, frame, config, session.write_values)
    with st.popover("Add a numeric field", key="number", icon=":material/straighten:"):
        write_number(session)
    _show_together(session)


def often(times: float) -> str:
    """Format a ratio of frequencies with few digits."""
    if times < 0.01:
        return "hardly ever"
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"


def _show_together(session: WorldsSession) -> None:
    """Describe dependent fields by their range of ratios, with a button to make them
    independent."""
    times = session.draft.together.times
    if not times:
        return
    names = plain(in_a_row(session.draft.bound))
    note(
        f"Values of {names} are correlated: combinations come from {often(min(times))} "
        f"to {often(max(times))} times as often as their shares alone suggest."
    )
    st.button(
        "Make fields independent",
        key="independent",
        icon=":material/call_split:",
        on_click=session.part_fields,
    )
