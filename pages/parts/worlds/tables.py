"""What all tables of the Worlds page have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.worlds.draft_rows import CellFault, Table
from pages.parts.scene.table import write_in
from pages.parts.text.format import note
from pages.parts.worlds.rows import NUMBERS, Told
from pages.parts.worlds.wording import COLUMNS, more_of, told

ROW = 32
"""Pixels of a row."""
Config = Mapping[str, Any]
"""How columns are shown, by their names."""


def say_first(table: Table, faults: Sequence[CellFault], hint: str) -> None:
    """Above a table: the first cell in it that is wrong, or how it is written. It is there in
    either case, so that no table moves while somebody types."""
    here = [fault for fault in faults if fault.table == table]
    if not here:
        note(hint)
        return
    more = f" {more_of(here, 1)}" if len(here) > 1 else ""
    st.markdown(f":small[:orange[:material/edit_note: {told(here[0])}{more}]]")


def number_column(name: str, **more: Any) -> Any:
    """Configuration of a column of numbers, which is one of text: the browser's own field for a
    number would read 40,5 as 405.

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
    write: Callable[[Told], None],
    rows: int = 8,
) -> None:
    """A table, which may be added to."""
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
