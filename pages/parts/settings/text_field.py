"""Fields of any length that a person types into."""

from typing import Any

import streamlit as st


def typed(key: str) -> str:
    """What was typed into a field; nothing if a browser sent no text, which no field does.

    Callbacks see whatever was sent, before the field is drawn again.
    """
    value = st.session_state.get(key)
    return value if isinstance(value, str) else ""


def text_field(label: str, *, key: str, lines: bool = False, **more: Any) -> str:
    """Draw a field, of several ``lines`` if need be; what is typed there.

    Anything else than text that a browser sent is forgotten: Streamlit would fail to draw the
    field with it, in each run. (Where a field has a limit, it fails to read it, which
    `unreadable` tells.)

    Args:
        more: see `st.text_input`, `st.text_area`.
    """
    if not isinstance(st.session_state.get(key, ""), str):
        st.session_state[key] = ""
    draw: Any = st.text_area if lines else st.text_input
    told: str = draw(label, key=key, **more)
    return told
