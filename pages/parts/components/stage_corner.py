"""Corner of each stage screen: QR code for the audience, and requests of remote controls."""

from collections.abc import Collection
from urllib.parse import urlencode, urlsplit

import streamlit as st

from pages.parts.components import component_value
from pages.parts.components.remote_page.routes import LOOK_PATH, REMOTE_PATH
from pages.parts.components.remote_watch import watch_remote
from pages.parts.components.stage_front import counted
from pages.parts.scene.qr import is_only_here, show_qr
from pages.parts.scene.stage_show import SCREEN, SHOW, STAGE, Show, advance
from pages.parts.text.base_path import base_path
from pages.parts.text.format import bare, plain
from pages.parts.work.stage_remotes import Notes, Remote, this_remote

_SIZE = 124
"""Size of the QR code in pixels in a window of 1280 x 720; the style sheet scales it."""


def draw_corner(show: Show, link: str, leads_to: str) -> None:
    """Draw the code for the audience's phones if they can reach it, and let remote controls steer.

    Args:
        link: link to the displayed content, to view and copy.
        leads_to: description of that link.
    """
    remote = this_remote()
    remote.set_notes(notes_of(show), link)
    if not is_only_here(link):
        show_qr(link, leads_to, _SIZE)
        st.markdown(plain(short_address(remote, link)))

    def step() -> None:
        direction = remote.next_step()
        if direction is not None:
            remote.hand_counts = counted(component_value("remote", "steps"), show.screen.name)
            advance(show, 1 if direction == "next" else -1)

    watch_remote(remote, step)


def own_link(without: Collection[str] = ()) -> str:
    """Return the link to the page with its query parameters, except the stage's and those in
    ``without``."""
    address = (st.context.url or "").partition("?")[0]
    left = {STAGE, SCREEN, SHOW, *without}
    query = {name: value for name, value in st.query_params.to_dict().items() if name not in left}
    return f"{address}?{urlencode(query)}" if query else address


def notes_of(show: Show) -> Notes:
    """Return the speaker notes on the screen."""
    return Notes(bare(show.screen.say()), show.screen.note, show.following, *show.place)


def short_address(remote: Remote, link: str) -> str:
    """Return an address short enough to type; it works while the stage exists."""
    return f"{urlsplit(link).netloc}{base_path()}{LOOK_PATH}/{remote.code}"


def remote_link(remote: Remote, address: str) -> str:
    """Return the address of the remote's page; browsers do not send the fragment with the token."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{base_path()}{REMOTE_PATH}#{remote.token}"
