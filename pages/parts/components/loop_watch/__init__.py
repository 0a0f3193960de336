"""Tabs that look at the same loop: each sees what others do within a second, with 100 tabs in two.

The browser asks a route of its own how long the log is, and has the page drawn anew when
it has grown. A fragment that is run every second would cost the server ten times as much.
"""

from collections.abc import Callable

import streamlit as st

from pages.parts.components import beside
from pages.parts.text.base_path import base_path
from pages.parts.work.browser_sessions import session_limit
from pages.parts.work.log_length import LENGTH_PATH

_EVERY = 800
"""Milliseconds between two questions of a tab."""
_APART = 20
"""Milliseconds between two questions of all tabs, at least: each costs about 0.5."""

_component = st.components.v2.component("playground_watch", js=beside(__file__, "index.js"))


def pause(tabs: int) -> int:
    """Milliseconds from one question to the next while so many tabs ask."""
    return max(_EVERY, _APART * tabs)


def watch_others(loop: str | None, length: int, is_live: bool, changed: Callable[[], None]) -> None:
    """Have this fragment drawn anew when others have done something to its loop, if it is kept.

    Args:
        loop: its name in links.
        length: of the log's history as it is drawn.
        is_live: whether the fragment is drawn all the time anyway.
        changed: is called first when there is something new.
    """
    shown = {"loop": loop, "length": length, "live": is_live}
    asks = {"every": pause(session_limit().inside), "path": f"{base_path()}{LENGTH_PATH}"}
    _component(key="watch", data=shown | asks, height=1, on_changed_change=changed)
