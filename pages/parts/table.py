"""Tables on a page."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.download import Rows, as_cells
from pages.parts.drawn import drawn_now

_NUMBER = re.compile(r"(-\d+)+$")
"""What ends the keys of tables that begin anew."""
_COUNT = st.column_config.NumberColumn(format="%,d")
"""Whole numbers, as `pages.parts.text` writes them."""


def show_rows(rows: Rows, key: str, **more: Any) -> Any:
    """Show rows, none of which is a formula to a spreadsheet, and note them to be taken along; what
    is chosen in them.

    Args:
        more: see `st.dataframe`.
    """
    frame = pd.DataFrame(rows)
    _note(frame, key)
    counts = {str(name): _COUNT for name in frame.select_dtypes("integer")}
    config = counts | dict(more.pop("column_config", {}))
    return st.dataframe(as_cells(frame), hide_index=True, key=key, column_config=config, **more)


def write_in(frame: pd.DataFrame, key: str, **more: Any) -> pd.DataFrame:
    """Rows to write in, as they are written, which are noted, too.

    Args:
        more: see `st.data_editor`.
    """
    edited = st.data_editor(frame, key=key, hide_index=True, **more)
    _note(edited, key)
    return edited


def _note(frame: pd.DataFrame, key: str) -> None:
    drawn_now().tables[_NUMBER.sub("", key)] = frame
