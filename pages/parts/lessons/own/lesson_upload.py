"""Upload of a lecturer's own lesson on Learn."""

import streamlit as st

from engine import PersonalizerError
from pages.parts.components.upload_field import upload_field
from pages.parts.lessons.lesson_lookup import OWN
from pages.parts.lessons.own.codec import MAX_SIZE, from_file, pack
from pages.parts.lessons.page_settings import LearnSetup
from pages.parts.settings.page_settings_base import set_widgets
from pages.parts.text.format import plain
from pages.parts.text.lesson_words import PAGE
from pages.parts.work.uploads import Upload, this_upload

_REFUSED = "own-lesson-refused"
_MEBIBYTES = 1
"""What the browser sends at most; more than `MAX_SIZE` is refused here."""


def open_file(setup: LearnSetup) -> None:
    """Draw the upload field; open the lesson, or say its first fault."""
    upload = this_upload()

    def came(name: str) -> None:
        upload.name = name
        if upload.is_whole:
            st.session_state[_REFUSED] = _take(setup, upload)

    with st.expander(PAGE.say("own_file"), icon=":material/upload_file:", key="own-file"):
        st.markdown(PAGE.say("own_told"))
        upload_field(upload.token, _MEBIBYTES, came, ".json")
        if refused := st.session_state.pop(_REFUSED, ""):
            st.error(plain(refused), icon=":material/error:")


def _take(setup: LearnSetup, upload: Upload) -> str:
    """Open an uploaded lesson; return the sentence of its first fault, or an empty text."""
    try:
        with upload.reader() as file:
            lesson = from_file(file.read(MAX_SIZE + 1))
    except PersonalizerError as error:
        return error.message
    finally:
        upload.free()
    set_widgets(setup.at(OWN).having({"own": pack(lesson), "seed": -1}))
    return ""
