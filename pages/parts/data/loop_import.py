"""Import of a loop from a file."""

from concurrent.futures import CancelledError
from functools import partial
from threading import RLock
from typing import BinaryIO

import streamlit as st

from engine import PersonalizerError
from engine.pausable_steps import Steps
from engine.store import LoopInfo, LoopLibrary
from engine.store.exchange.loop_import import import_steps
from engine.worlds import WORLDS
from pages.parts.components.file_faults import show_faults
from pages.parts.components.upload_field import upload_field
from pages.parts.data.loops import ORIGINS, say
from pages.parts.text.format import counted, note, plain
from pages.parts.work.frame_pace import pace
from pages.parts.work.frame_scheduler import frame
from pages.parts.work.job_queue import submit
from pages.parts.work.uploads import Upload, this_upload

_WORK, _REFUSED = "importing", "import-refused"
_TICK = 0.5
"""Seconds between two progress updates, on an idle server."""


class Import:
    """Import of a file in the background.

    Attributes:
        token: unique token of the upload when the import began.
        job: reads the file; its result describes the loop.
        pace: seconds between frames of the page.
    """

    def __init__(self, library: LoopLibrary, upload: Upload, owner: str, edited: bool) -> None:
        self.lock, self.pace = RLock(), _TICK
        self.token, file = upload.token, upload.reader()
        work = import_steps(library, file, owner, upload.name, edited=edited)
        self.job = submit(_closing(file, work))

    @property
    def is_live(self) -> bool:
        """Return whether the import is under way."""
        return not self.job.done()

    def cancel(self) -> None:
        """Cancel the import; nothing is stored."""
        self.job.cancel()


def _closing(file: BinaryIO, work: Steps[LoopInfo]) -> Steps[LoopInfo]:
    """Do the steps of some work on a file, and close the file."""
    with file:
        return (yield from work)


def bring_in(library: LoopLibrary, owner: str) -> None:
    """Draw the upload, check and import of a file; a faulty file is rejected as a whole."""
    limits, upload = library.store.limits, this_upload()
    work: Import | None = st.session_state.get(_WORK)
    if work is not None and not work.is_live:
        _end(work, upload)
    with st.expander("Import", icon=":material/upload:", key="bring", on_change="rerun") as box:
        if work is not None and work.is_live:
            work.pace = pace(_TICK)
            st.fragment(_follow, run_every=work.pace)(work)
        elif box.open:
            places = ", ".join(world.title for world in WORLDS.values())
            note(
                "An exported session, or a log in the service's dsjson: up to "
                f"{limits.max_events:,} events and {limits.max_upload:,} MiB, "
                "plain or gzip. If a line is faulty or missing, nothing is imported. "
                f"Actions of dsjson must be those of {places}, or of a world that you "
                "saved. Any other log can be opened on Evaluate."
            )
            if upload.is_whole:
                _offer(library, owner, upload)
            else:
                upload_field(upload.token, limits.max_upload, partial(setattr, upload, "name"))
            show_faults(st.session_state.pop(_REFUSED, None))


def _offer(library: LoopLibrary, owner: str, upload: Upload) -> None:
    st.markdown(f"{plain(upload.name)}: {upload.size / 2**20:,.1f} MiB")
    edited = f"edited-{upload.token}"
    st.checkbox("I changed this file; import it and mark it as edited.", key=edited)

    def begin() -> None:
        if upload.is_whole and _WORK not in st.session_state:  # Otherwise a second press.
            st.session_state[_WORK] = Import(library, upload, owner, st.session_state[edited])

    with st.container(horizontal=True, gap="xsmall"):
        st.button("Import", key="import", type="primary", on_click=begin)
        st.button("Another file", key="another-file", on_click=upload.free)


@frame
def _follow(work: Import) -> None:
    """Draw the progress of an import, which continues in the background while the page is open."""
    if not work.is_live or work.pace != pace(_TICK):
        st.rerun()
    ahead = work.job.ahead
    waits = f"Waiting: {counted(ahead, 'job')} of others first"
    st.progress(work.job.progress, waits if ahead else "Checking and learning")
    st.button("Cancel", key="cancel-import", on_click=work.cancel)


def _end(work: Import, upload: Upload) -> None:
    del st.session_state[_WORK]
    try:
        about = work.job.result()
    except CancelledError:
        return
    except PersonalizerError as error:
        st.session_state[_REFUSED] = error
    else:
        if upload.token == work.token:  # Another page may have replaced the upload.
            upload.free()
        sentence = f"{about.name} is now in your sessions."
        if origin := ORIGINS.get(about.origin):
            sentence = f"{about.name} is now in your sessions, {origin}."
        say(sentence)
        st.rerun()
