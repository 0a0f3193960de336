"""A loop as a file to take along."""

import io
import re
from collections.abc import Callable

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
    key = f"export-{about.id}"
    with st.popover("Export", icon=":material/download:", key=key, on_change="rerun") as box:
        for kind in FORMATS if box.open else ():
            _offer(library, about, kind)


def _offer(library: Library, about: About, kind: Format) -> None:
    note(kind.story)
    ready = st.session_state.get(_READY)
    if about.events <= DIRECT or not kind.is_long:
        _download(about, kind, kind.title, lambda: _bytes(library, about, kind))
    elif ready and ready[0] == (about.id, about.length, kind.key):
        _download(about, kind, f"{kind.title}: {len(ready[1]) / 2**20:,.1f} MiB", ready[1])
    elif st.button(f"Prepare: {kind.title}", key=f"prepare-{kind.key}-{about.id}"):
        said = f"Reading {about.events:,} events"
        bar = st.progress(0.0, said)
        try:
            file = _bytes(library, about, kind, lambda share: bar.progress(share, said))
            st.session_state[_READY] = ((about.id, about.length, kind.key), file)
        except PersonalizerError as error:
            bar.empty()
            st.error(plain(error.message), icon=":material/error:")
        else:
            st.rerun()


def _bytes(
    library: Library,
    about: About,
    kind: Format,
    tell: Callable[[float], object] = lambda share: None,
) -> bytes:
    file = io.BytesIO()
    kind.write(library, about, file, tell)
    return file.getvalue()


def _download(about: About, kind: Format, label: str, file: bytes | Callable[[], bytes]) -> None:
    word = re.sub(r"[^a-z0-9]+", "-", about.name.lower()).strip("-") or "loop"
    st.download_button(
        label,
        file,
        file_name=f"{word}{kind.suffix}",
        mime=kind.mime,
        key=f"get-{kind.key}-{about.id}",
        on_click="ignore",
        icon=":material/download:",
    )
