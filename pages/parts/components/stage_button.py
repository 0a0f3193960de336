"""Entry to the stage, and the private link of its remote control."""

from collections.abc import Callable

import streamlit as st

from pages.parts.components.stage_corner import remote_link
from pages.parts.scene.qr import is_only_here, show_qr
from pages.parts.scene.stage_show import enter_or_leave
from pages.parts.text.format import note
from pages.parts.work.stage_remotes import this_remote

_SIZE = 200
"""Size of the QR code in pixels."""


def show_stage_entry(more: Callable[[], None] | None = None) -> None:
    """Draw the button to the stage; ``more`` draws further choices of the page."""
    st.button("Open the stage", key="go-on-stage", on_click=enter_or_leave)
    note(
        "One idea per screen, in large type. F opens and closes it; Page Down or "
        "Right is the next step, Page Up or Left the previous one; B darkens the "
        "screen; 1 to 9 count hands."
    )
    if is_only_here(st.context.url or ""):
        note(
            "The stage shows no code for phones, as this address works on this computer only. Open "
            "the app by its name in the network."
        )
    _show_remote()
    if more is not None:
        more()


def _show_remote() -> None:
    """Draw the remote's link, hidden at first, as the screen may be projected."""
    box = st.expander(
        "Private: remote control on your phone",
        icon=":material/lock:",
        key="remote-link",
        on_change="rerun",
    )
    if not box.open:
        note(
            "Anyone with this link can control your stage. Open it where nobody else sees "
            "this screen."
        )
        return
    link = remote_link(this_remote(), st.context.url or "")
    with box:
        text, code = st.columns([3, 2])  # Side by side: below, the code would be out of sight.
    with text:
        st.markdown(
            "A phone with this link shows your notes and controls the stage of this "
            "tab. Keep it private. The code for the audience is another one, and "
            "controls nothing."
        )
        st.code(link, language=None, wrap_lines=True)
    with code:
        if not is_only_here(link):
            show_qr(link, "the remote control of this tab's stage", _SIZE)
