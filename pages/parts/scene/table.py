"""Tables on a page."""

import math
import re
from collections.abc import Container
from typing import Any

import pandas as pd
import streamlit as st

from engine.worlds.spreadsheet_cells import share_of
from pages.parts.work.figure_registry import drawn_now
from pages.parts.work.spreadsheet_safe_export import Rows, as_cells

_NUMBER = re.compile(r"(-\d+)+$")
"""Counters at the end of a table's key, which change when the table is reset."""
_COUNT = st.column_config.NumberColumn(format="%,d")
"""Format of whole numbers, as in `pages.parts.text.format`."""


def show_rows(rows: Rows, key: str, **more: Any) -> Any:
    """Draw a table and register it for downloads; return its selection.

    Cells that a spreadsheet would read as formulas are escaped.

    Args:
        more: see `st.dataframe`.
    """
    frame = pd.DataFrame(rows)
    _note(frame, key)
    counts = {str(name): _COUNT for name in frame.select_dtypes("integer")}
    config = counts | dict(more.pop("column_config", {}))
    return st.dataframe(as_cells(frame), hide_index=True, key=key, column_config=config, **more)


def write_in(
    frame: pd.DataFrame, key: str, numbers: Container[str] = (), **more: Any
) -> pd.DataFrame:
    """Draw an editor of rows, register the edited rows for downloads, and return them.

    Args:
        numbers: columns whose text is registered as numbers if it can be parsed.
        more: see `st.data_editor`.
    """
    edited = st.data_editor(frame, key=key, hide_index=True, **more)
    there = [str(name) for name in edited if name in numbers]
    read = {name: edited[name].map(_number_or_text) for name in there}
    _note(edited.assign(**read).infer_objects(), key)
    return edited


def _number_or_text(text: object) -> object:
    number = share_of(str(text))
    return number if math.isfinite(number) else text


def _note(frame: pd.DataFrame, key: str) -> None:
    drawn_now().tables[_NUMBER.sub("", key)] = frame
