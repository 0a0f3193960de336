"""Rows to take along."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd
import streamlit as st

Rows = Iterable[Mapping[str, object]]


def download_csv(label: str, rows: Callable[[], Rows], key: str, name: str) -> None:
    """A button that makes rows when it is pressed, and saves them as CSV under a name."""
    st.download_button(
        label,
        lambda: pd.DataFrame(list(rows())).to_csv(index=False),
        key=key,
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
