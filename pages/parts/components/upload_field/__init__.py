"""File field that uploads to a route of the app, and onto the disk.

Streamlit's own keeps each file in memory for the whole session.
"""

from collections.abc import Callable

import streamlit as st

from pages.parts.components import folder_text
from pages.parts.text.base_path import base_path
from pages.parts.work.uploads import TOKEN, UPLOAD_PATH

KINDS = ".jsonl,.dsjson,.json,.gz"
LOG_KINDS = f"{KINDS},.csv,.tsv,.parquet"
WORLD_KINDS = ".json,.csv,.tsv,.txt"
PICTURE_KINDS = ".png,.jpg,.jpeg,.webp"
"""File extensions of loops, logs, worlds or parts of worlds, and pictures."""

_field = st.components.v2.component(
    "playground_upload",
    css=folder_text(__file__, "style.css"),
    js=folder_text(__file__, "index.js"),
    isolate_styles=False,
)


def upload_field(
    token: str, most: int, came: Callable[[str], None], kinds: str = KINDS, key: str = "file"
) -> None:
    """Draw a field to choose or drop a file of up to ``most`` MiB; ``came`` gets its name."""

    def note() -> None:
        name = st.session_state[key]["ended"]
        came(name if isinstance(name, str) else "")

    goes_to = {"path": f"{base_path()}{UPLOAD_PATH}", "header": TOKEN, "token": token}
    _field(key=key, data=goes_to | {"most": most, "kinds": kinds}, on_ended_change=note)
