"""A file that brings a loop in."""

import pandas as pd
import streamlit as st

from engine import PersonalizerError
from engine.errors import RejectedError
from engine.store import Library
from engine.store.exchange.intake import import_file
from engine.store.exchange.lines import SHOWN
from pages.parts.data.loops import say
from pages.parts.text import note, plain

_DOING = "Checking and learning"


def bring_in(library: Library, owner: str) -> None:
    """Upload, check and keep a loop, all of it or nothing."""
    limits = library.store.limits
    with st.expander(
        "Bring a loop in", icon=":material/upload:", key="bring", on_change="rerun"
    ) as box:
        if not box.open:
            return
        note(
            f"A file that was exported here, or a log in the service's dsjson: up to "
            f"{limits.max_events:,} events and {limits.max_upload:,} MiB, plain or gzip. "
            "One faulty line, and nothing of it is imported."
        )
        file = st.file_uploader(
            "File",
            type=["jsonl", "dsjson", "json", "gz"],
            key=f"file-{st.session_state.get('files', 0)}",
            max_upload_size=limits.max_upload,
            label_visibility="collapsed",
        )
        if file is not None and st.button("Import", key="import", type="primary"):
            bar = st.progress(0.0, _DOING)
            try:
                about = import_file(
                    library, file, owner, file.name, lambda share: bar.progress(share, _DOING)
                )
            except RejectedError as error:
                _tell(error)
            except PersonalizerError as error:
                st.error(plain(error.message), icon=":material/error:")
            else:
                st.session_state["files"] = st.session_state.get("files", 0) + 1
                say(f"{about.name} is here.")
                st.rerun()
            bar.empty()


def _tell(error: RejectedError) -> None:
    """Which lines are faulty, and why."""
    st.error(plain(error.message), icon=":material/error:")
    if error.total > 1:
        faults = [(fault.line, fault.reason) for fault in error.faults]
        st.dataframe(
            pd.DataFrame(faults, columns=["line", "reason"]), hide_index=True, key="faults"
        )
        if error.total > SHOWN:
            note(f"The first {SHOWN} of {error.total:,}.")
