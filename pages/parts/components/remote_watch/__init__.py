"""Polling of remote controls' requests by the stage's tab, which reports its state.

The tab stores its tokens, so devices stay connected after a reload or a server restart.
"""

from collections.abc import Callable

import streamlit as st

from pages.parts.components import component_value, folder_text
from pages.parts.components.remote_page.routes import REMOTE_PATH, TOKEN
from pages.parts.text.base_path import base_path
from pages.parts.work.stage_remotes import Remote

EVERY = 300
"""Milliseconds between polls."""
_MOST = 5
"""Maximum number of tokens of a tab."""

_component = st.components.v2.component("playground_remote", js=folder_text(__file__, "index.js"))


def watch_remote(remote: Remote, step: Callable[[], None]) -> None:
    """Call ``step`` when a second device has requested a step."""

    def find_again() -> None:
        kept = component_value("remote", "kept")
        if isinstance(kept, list):
            remote.register([token for token in kept[:_MOST] if isinstance(token, str)])

    path = f"{base_path()}{REMOTE_PATH}/hear"
    asks = {"path": path, "header": TOKEN, "token": remote.token, "every": EVERY, "most": _MOST}
    # A higher `taken` permits the script to report the next step.
    state = {"names": sorted(remote.codes), "taken": remote.executed_steps}
    _component(
        key="remote",
        data=asks | state,
        height=1,
        on_steps_change=step,
        on_kept_change=find_again,
    )
