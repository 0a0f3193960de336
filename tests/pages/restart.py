"""Simulation of a server restart for page tests."""

from engine.store import address
from pages.parts.settings.loop_library_access import _opened


def restart() -> None:
    """Forget all open loops, like a new process."""
    if _opened.cache_info().currsize:
        _opened(address()).close()
    _opened.cache_clear()
