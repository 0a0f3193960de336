"""Upload of picture files for actions, in place of emoji."""

import streamlit as st

from engine import PersonalizerError
from engine.worlds.pictures import MAX_BYTES, picture_of
from pages.parts.components.upload_field import PICTURE_KINDS, upload_field
from pages.parts.text.format import note, plain
from pages.parts.text.item_picture import markdown_of
from pages.parts.work.uploads import this_upload
from pages.parts.worlds.session import WorldsSession

_ACTION = "worlds-picture-of"


def write_pictures(session: WorldsSession) -> None:
    """Draw the popover with the action's menu, the upload and the present picture."""
    with st.popover(
        "Picture files", key="pictures", icon=":material/image:", on_change="rerun"
    ) as box:
        if box.open:
            _write(session)


def _write(session: WorldsSession) -> None:
    rows = {row.id: row for row in session.draft.offered}
    if not rows:
        note("Pictures belong to actions: add one first.")
        return
    if st.session_state.get(_ACTION) not in rows:
        st.session_state[_ACTION] = next(iter(rows))
    names = {number: row.label for number, row in rows.items()}
    chosen = int(st.selectbox("Picture of", list(rows), key=_ACTION, format_func=names.__getitem__))
    upload = this_upload("picture")

    def take(_: str) -> None:
        if not upload.is_whole:
            return  # The upload failed or was cancelled; the field shows the reason.
        with upload.reader() as file:
            data = file.read(MAX_BYTES + 1)
        upload.free()
        try:
            session.put_picture(chosen, picture_of(data))
        except PersonalizerError as error:
            session.refused = error.message

    if picture := rows[chosen].picture:
        with st.container(horizontal=True, vertical_alignment="center", key="picture-now"):
            st.markdown(markdown_of(picture), width="content")
            st.button(
                "Remove",
                key="no-picture",
                icon=":material/hide_image:",
                on_click=lambda: session.put_picture(chosen, ""),
            )
    upload_field(upload.token, MAX_BYTES >> 20, take, PICTURE_KINDS, key="picture-file")
    if session.refused:
        st.markdown(f":small[:orange[:material/edit_note: {plain(session.refused)}]]")
    note(
        "PNG, JPEG or WebP up to 2 MiB. It is redrawn at 96 pixels and replaces the "
        "emoji; nothing else of the file is kept."
    )
