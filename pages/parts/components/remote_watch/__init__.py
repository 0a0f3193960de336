"""What second devices ask of the stage in this tab: it asks for that, and tells what it shows.

The tab keeps the tokens that it was given, so that a reload, or another start of the server, loses
nobody.
"""

from collections.abc import Callable

import streamlit as st

from pages.parts.components import beside, told
from pages.parts.components.remote_page.routes import REMOTE_PATH, TOKEN
from pages.parts.text.base_path import base_path
from pages.parts.work.stage_remotes import Remote

EVERY = 300
"""Milliseconds between two questions."""
_MOST = 5
"""Tokens that a tab keeps."""

_component = st.components.v2.component("playground_remote", js=beside(__file__, "index.js"))


def watch_remote(remote: Remote, step: Callable[[], None]) -> None:
    """Call ``step`` whenever a second device has asked for one."""

    def find_again() -> None:
        kept = told("remote", "kept")
        if isinstance(kept, list):
            remote.be_found_as([one for one in kept[:_MOST] if isinstance(one, str)])

    path = f"{base_path()}{REMOTE_PATH}/hear"
    asks = {"path": path, "header": TOKEN, "token": remote.token, "every": EVERY, "most": _MOST}
    # With each step that is taken the next one may be told of.
    shown = {"names": sorted(remote.names), "taken": remote.taken}
    _component(
        key="remote",
        data=asks | shown,
        height=1,
        on_steps_change=step,
        on_kept_change=find_again,
    )
