"""Session of the Connect page and its displayed loop, opened before the page is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from engine.errors import PersonalizerError
from engine.store import LoopInfo, LoopLibrary, StoredLoop, world_codec
from pages.parts.components.browser_id import owner
from pages.parts.connect.session import ConnectSession
from pages.parts.play.current_session import play_session
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import current_setup, no_link
from pages.parts.text.format import plain
from pages.parts.work.frame_scheduler import result_of
from pages.parts.work.session_singletons import session_of


@dataclass(frozen=True, slots=True)
class Connection:
    """A browser session on the page.

    Attributes:
        owner: of the loops of this browser.
        loops: names of the owner's loops without a world by id, the last used first.
        stored: the displayed loop.
        made: times of its keys by number, in seconds since 1970.
    """

    session: ConnectSession
    play: PlaySession
    library: LoopLibrary
    owner: str
    loops: Mapping[str, str]
    stored: StoredLoop
    made: Mapping[int, float]

    @property
    def is_own(self) -> bool:
        """True if this browser may make keys of the displayed loop."""
        return self.stored.owner == self.owner


def open_connection() -> Connection:
    """Open the displayed loop; if the database fails, draw the error and stop the script."""
    no_link()
    play = play_session(current_setup(PlaySetup))
    session = session_of(ConnectSession, ConnectSession)
    try:
        return _opened(session, play, library(), owner())
    except PersonalizerError as error:
        st.error(plain(error.message), icon=":material/database_off:")
        st.stop()


def _opened(
    session: ConnectSession, play: PlaySession, library: LoopLibrary, owner: str
) -> Connection:
    no_world = world_codec.to_text(None)
    loops = {
        loop.id: loop.name
        for loop in library.store.listed(owner)
        if isinstance(loop, LoopInfo) and loop.world == no_world
    }
    if session.chosen and session.chosen not in loops:
        session.choose("")
    stored = play.open.stored
    if session.chosen:
        stored = result_of(library.open_steps(session.chosen))
    made = library.store.keys_made(stored.id) if stored.is_saved else {}
    return Connection(session, play, library, owner, loops, stored, made)
