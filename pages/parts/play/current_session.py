"""Access to the Play session of this browser session."""

from engine.store import StoredLoop
from pages.parts.components.browser_id import keys, owner
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.settings.loop_library_access import library
from pages.parts.work.session_singletons import session_of


def play_session(setup: PlaySetup, stored: StoredLoop | None = None) -> PlaySession:
    """Return the Play session, created at first use; a new one opens a stored loop, if given."""
    return session_of(
        PlaySession,
        lambda: PlaySession(setup, library=library(), owner=owner(), keys=keys(), stored=stored),
    )
