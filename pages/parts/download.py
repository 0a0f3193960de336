"""Rows to take along."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import streamlit as st

Rows = Iterable[Any] | pd.DataFrame


def download_csv(label: str, rows: Callable[[], Rows], key: str, name: str) -> None:
    """A button that makes rows when it is pressed, and saves them as CSV under a name."""
    st.download_button(
        label,
        lambda: pd.DataFrame(rows()).to_csv(index=False),
        key=key,
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
