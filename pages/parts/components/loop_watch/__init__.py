"""Refresh of tabs with the same loop: changes by others appear within a second, with 100 tabs in
two.

The browser polls the length of the log on a route of the app, and redraws the page when it has
grown. A fragment that runs every second would cost the server ten times as much.
"""

from collections.abc import Callable

import streamlit as st

from pages.parts.components import folder_text
from pages.parts.text.base_path import base_path
from pages.parts.work.log_length_route import LENGTH_PATH
from pages.parts.work.session_limit import session_limit

_EVERY = 800
"""Milliseconds between polls of a tab."""
_APART = 20
"""Least milliseconds between polls of all tabs together, each of which costs about 0.5 ms."""

_component = st.components.v2.component("playground_watch", js=folder_text(__file__, "index.js"))


def pause(tabs: int) -> int:
    """Return the milliseconds between polls for a number of tabs."""
    return max(_EVERY, _APART * tabs)


def watch_others(loop: str | None, length: int, is_live: bool, changed: Callable[[], None]) -> None:
    """Redraw the fragment when others have changed its loop, if the loop is stored.

    Args:
        loop: name of the loop in links.
        length: length of the displayed log's history.
        is_live: True if the fragment is redrawn periodically anyway.
        changed: called before a redraw.
    """
    state = {"loop": loop, "length": length, "live": is_live}
    asks = {"every": pause(session_limit().open_sessions), "path": f"{base_path()}{LENGTH_PATH}"}
    _component(key="watch", data=state | asks, height=1, on_changed_change=changed)
