"""A restart of the server, as pages see it."""

from engine.store import address
from pages.parts.settings.library import _opened


def restart() -> None:
    """Forget all open loops, as a new process has."""
    if _opened.cache_info().currsize:
        _opened(address()).close()
    _opened.cache_clear()
