"""Display of faults in a refused file."""

import pandas as pd
import streamlit as st

from engine import PersonalizerError
from engine.errors import RejectedError
from engine.store.exchange.untrusted_lines import MAX_LISTED
from pages.parts.scene.table import show_rows
from pages.parts.text.format import note, plain


def show_faults(error: PersonalizerError | None) -> None:
    """Draw the reason for refusing a file, and its faulty lines; nothing for None."""
    if error is not None:
        st.error(plain(error.message), icon=":material/error:")
    if isinstance(error, RejectedError) and error.total > 1:
        faults = [(fault.line, fault.reason) for fault in error.faults]
        table = pd.DataFrame(faults, columns=["line", "reason"])
        show_rows(table, key="faults")
        if error.total > MAX_LISTED:
            note(f"The first {MAX_LISTED} of {error.total:,}.")
