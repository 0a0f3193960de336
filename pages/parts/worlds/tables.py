"""Common parts of the Worlds page's tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import CellFault, Table
from pages.parts.scene.table import write_in
from pages.parts.text.format import note
from pages.parts.worlds.edited_rows import NUMBERS, Edits
from pages.parts.worlds.wording import COLUMNS, fault_in_words, more_of

ROW = 32
"""Height of a row in pixels."""
Config = Mapping[str, Any]
"""Column configurations by name."""


def say_first(table: Table, faults: Sequence[CellFault], hint: str) -> None:
    """Draw the first fault of a table, or the hint, above the table.

    Either takes a line, so that the table does not move while somebody types.
    """
    here = [fault for fault in faults if fault.table == table]
    if not here:
        note(hint)
        return
    more = f" {more_of(here, 1)}" if len(here) > 1 else ""
    st.markdown(f":small[:orange[:material/edit_note: {fault_in_words(here[0])}{more}]]")


def number_column(name: str, **more: Any) -> Any:
    """Return a text column for numbers; the browser's number field would read 40,5 as 405.

    Args:
        more: see `st.column_config.TextColumn`.
    """
    label = COLUMNS.get(name, name)
    return st.column_config.TextColumn(label, alignment="right", **more)


def editor(
    name: str,
    number: int,
    frame: pd.DataFrame,
    config: Config,
    write: Callable[[Edits], None],
    rows: int = 8,
) -> None:
    """Draw an editable table with rows for additions."""
    key = f"worlds-{name}-{number}"
    write_in(
        frame,
        key=key,
        numbers=NUMBERS,
        num_rows="dynamic",
        row_height=ROW,
        height=ROW * rows + 4,
        placeholder="",
        column_config=config,
        on_change=lambda: write(st.session_state[key]),
    )
