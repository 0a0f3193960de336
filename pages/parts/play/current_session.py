"""The Play session of this browser session."""

from engine.store import StoredLoop
from pages.parts.components.browser_id import keys, owner
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.settings.library import library
from pages.parts.work.session_state import session_of


def play_session(setup: PlaySetup, stored: StoredLoop | None = None) -> PlaySession:
    """The session on the Play page; a new one begins with a stored loop, if there is one."""
    return session_of(
        PlaySession,
        lambda: PlaySession(setup, library=library(), owner=owner(), keys=keys(), stored=stored),
    )
