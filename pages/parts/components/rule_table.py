"""Editor of a rule table."""

import math
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from engine.simulation.baselines import LAST_YEAR
from pages.parts.scene.table import write_in
from pages.parts.settings.baseline_rules import fields_of, table_of
from pages.parts.settings.known_worlds import world_of
from pages.parts.text.format import note

_LETTER, _PADDING = 6.4, 16
"""Pixels of a letter, and of both margins of a cell."""
_ROWS = 12
"""Rows visible without scrolling."""
_EXAMPLE = (
    f"**Example:** best sellers by group, of {LAST_YEAR:,} earlier visitors. Choose your own under "
    "*Shows*."
)
_OWN = "Choose the actions under *Shows*. The link keeps your rule."


def width_of(texts: Iterable[str]) -> int:
    """Width in pixels of a column for its longest text."""
    return _PADDING + math.ceil(_LETTER * max(map(len, texts)))


def edit_table(key: str, world_key: str, rule: str, text: str) -> None:
    """Draw a row per combination of values with the action to show.

    An edit is written at once, as a callback: a person may leave the page before it runs again.

    Args:
        key: key of the rule's text in the session; empty for the example rule.
        text: current table as text.
    """
    world, fields, editor = world_of(world_key), fields_of(world_key, rule), f"{key}-editor"
    ids = [item.id for item in world.items]
    names = {item.id: item.name for item in world.items}
    place = (world_key, rule)
    base = st.session_state.get(editor)
    if (
        base is None
        or base["place"] != place
        or base["now"] != text
        # An editor that left the page has lost its edits; the text still has them.
        or f"{editor}-{base['number']}" not in st.session_state
    ):
        number = base["number"] + 1 if base else 0
        base = {"place": place, "start": text, "now": text, "number": number}
        st.session_state[editor] = base
    grid = f"{editor}-{base['number']}"
    start = table_of(world, fields, base["start"]).table

    def write() -> None:
        shows = list(start.values())
        for row, cells in st.session_state[grid]["edited_rows"].items():
            shows[int(row)] = cells["Shows"]
        is_example = shows == list(table_of(world, fields, "").table.values())
        base["now"] = "" if is_example else ",".join(str(ids.index(item)) for item in shows)
        st.session_state[key] = base["now"]

    note(_OWN if text else _EXAMPLE)
    labels = [field.label for field in world.fields if field.name in fields]
    frame = pd.DataFrame([*map(list, start)], columns=labels).assign(Shows=list(start.values()))
    wide = {str(name): width_of(map(str, frame[name])) for name in labels}
    write_in(
        frame,
        key=grid,
        on_change=write,
        disabled=labels,
        row_height=32,
        height="content" if len(frame) <= _ROWS else 430,
        column_config={
            **{name: st.column_config.TextColumn(width=width) for name, width in wide.items()},
            "Shows": st.column_config.SelectboxColumn(
                options=ids,
                required=True,
                format_func=lambda item: names[str(item)],
                width=width_of(names.values()),
            ),
        },
    )
