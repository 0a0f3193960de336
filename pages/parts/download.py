"""Rows to take along."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import streamlit as st

Rows = Iterable[Any] | pd.DataFrame


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_cells(rows: Rows) -> pd.DataFrame:
    """Rows in which no text is a formula to a spreadsheet: it would do what a stranger typed."""

    def harmless(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

    frame = pd.DataFrame(rows)
    texts = frame.select_dtypes(["object", "string"])
    return frame.assign(**{str(name): texts[name].map(harmless) for name in texts})


def download_csv(label: str, rows: Callable[[], Rows], key: str, name: str) -> None:
    """A button that makes rows when it is pressed, and saves them as CSV under a name."""
    st.download_button(
        label,
        lambda: as_cells(rows()).to_csv(index=False),
        key=key,
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
