"""Text fields of any length."""

from typing import Any

import streamlit as st


def typed(key: str) -> str:
    """Return the text typed into a field; empty if the browser sent another type.

    Callbacks receive the browser's value unchecked, before the field is drawn again.
    """
    value = st.session_state.get(key)
    return value if isinstance(value, str) else ""


def text_field(label: str, *, key: str, lines: bool = False, **more: Any) -> str:
    """Draw a text field, with several ``lines`` on request; return its text.

    Values of other types from a browser are dropped, since Streamlit would fail on them in each
    run. (With a length limit, reading fails first: see `bad_widget_state`.)

    Args:
        more: see `st.text_input`, `st.text_area`.
    """
    if not isinstance(st.session_state.get(key, ""), str):
        st.session_state[key] = ""
    draw: Any = st.text_area if lines else st.text_input
    text: str = draw(label, key=key, **more)
    return text
