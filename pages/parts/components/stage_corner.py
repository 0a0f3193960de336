"""What stands in the corner of each screen: the way there for the room, and a remote's ear."""

from collections.abc import Collection
from urllib.parse import urlencode, urlsplit

import streamlit as st

from pages.parts.components import told
from pages.parts.components.remote_page.routes import LOOK_PATH, REMOTE_PATH
from pages.parts.components.remote_watch import watch_remote
from pages.parts.components.stage_front import counted
from pages.parts.scene.qr import show_qr
from pages.parts.scene.talk import SCREEN, SHOW, STAGE, Show, advance
from pages.parts.text.base_path import base_path
from pages.parts.text.format import bare, plain
from pages.parts.work.stage_remotes import Notes, Remote, this_remote

_SIZE = 124
"""Pixels of the code in a window of 1280 x 720; the style sheet has it follow the window."""


def stand_in_corner(show: Show, link: str, leads_to: str) -> None:
    """Show what the screen shows to the room's phones, and let second devices steer.

    Args:
        link: to what is shown, to look and copy.
        leads_to: description of that link.
    """
    remote = this_remote()
    remote.tell(notes_of(show), link)
    show_qr(link, leads_to, _SIZE)
    st.markdown(plain(short_address(remote, link)))

    def step() -> None:
        asked = remote.take()
        if asked is not None:
            remote.counted = counted(told("remote", "steps"), show.screen.name)
            advance(show, 1 if asked == "next" else -1)

    watch_remote(remote, step)


def own_link(without: Collection[str] = ()) -> str:
    """To the page, with all that its address says but the stage, and but what is ``without``."""
    address = (st.context.url or "").partition("?")[0]
    left = {STAGE, SCREEN, SHOW, *without}
    told = {name: value for name, value in st.query_params.to_dict().items() if name not in left}
    return f"{address}?{urlencode(told)}" if told else address


def notes_of(show: Show) -> Notes:
    """What the speaker is told of the screen."""
    following = "" if show.next is None else show.next.note
    return Notes(
        bare(show.screen.say()), show.screen.note, following, show.at + 1, len(show.screens)
    )


def short_address(remote: Remote, link: str) -> str:
    """What can be typed instead: it leads where the link does, as long as the stage is there."""
    return f"{urlsplit(link).netloc}{base_path()}{LOOK_PATH}/{remote.code}"


def remote_link(remote: Remote, address: str) -> str:
    """The page of a second device; the token is in the part that no browser sends."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}{base_path()}{REMOTE_PATH}#{remote.token}"
