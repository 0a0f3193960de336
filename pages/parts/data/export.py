"""A loop as a file to take along."""

import io
import re

import streamlit as st

from engine import PersonalizerError
from engine.store import About, Library
from engine.store.exchange.formats import FORMATS, Format
from pages.parts.text import note, plain

DIRECT = 5_000
"""Events up to which a file is made while it is downloaded."""
_READY = "prepared"


def take_along(library: Library, about: About) -> None:
    """The loop's log, its decisions and its model, each as a file."""
    label = "Export"
    with st.popover(
        label, icon=":material/download:", key=f"export-{about.id}", on_change="rerun"
    ) as box:
        if not box.open:
            return
        for kind in FORMATS:
            _offer(library, about, kind)


def _offer(library: Library, about: About, kind: Format) -> None:
    key, name = f"{kind.key}-{about.id}", _file_name(about, kind)
    note(kind.story)
    ready = st.session_state.get(_READY)
    if about.events <= DIRECT or not kind.is_long:
        st.download_button(
            kind.title,
            lambda: _bytes(library, about, kind),
            file_name=name,
            mime=kind.mime,
            key=f"get-{key}",
            on_click="ignore",
            icon=":material/download:",
        )
    elif ready and ready[0] == (about.id, about.length, kind.key):
        st.download_button(
            f"{kind.title}: {len(ready[1]) / 2**20:,.1f} MiB",
            ready[1],
            file_name=name,
            mime=kind.mime,
            key=f"get-{key}",
            on_click="ignore",
            icon=":material/download:",
        )
    elif st.button(f"Prepare: {kind.title}", key=f"prepare-{key}"):
        said = f"Reading {about.events:,} events"
        bar = st.progress(0.0, said)
        try:
            file = io.BytesIO()
            kind.write(library, about, file, lambda share: bar.progress(share, said))
            st.session_state[_READY] = ((about.id, about.length, kind.key), file.getvalue())
        except PersonalizerError as error:
            bar.empty()
            st.error(plain(error.message), icon=":material/error:")
        else:
            st.rerun()


def _bytes(library: Library, about: About, kind: Format) -> bytes:
    file = io.BytesIO()
    kind.write(library, about, file, lambda share: None)
    return file.getvalue()


def _file_name(about: About, kind: Format) -> str:
    word = re.sub(r"[^a-z0-9]+", "-", about.name.lower()).strip("-") or "loop"
    return f"{word}{kind.suffix}"
