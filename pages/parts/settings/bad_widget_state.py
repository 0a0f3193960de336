"""What a browser sends that no widget of a page can hold: this app's pages never send it."""

from collections.abc import Container
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

SENTENCE = (
    "What this browser sent is nothing that the page offers, so it was not taken, and nothing was "
    "changed by it. Load the page again to go on."
)


def chosen(key: str, options: Container[Any], otherwise: Any) -> Any:
    """What was chosen of a widget's options; something else if it is none of them.

    Callbacks see whatever a browser sent, before the widget is drawn again and keeps to them.
    """
    value = st.session_state.get(key)
    return value if value in options else otherwise


def say_unreadable() -> bool:
    """Say that widgets of this session cannot be read, in place of an exception; whether it is so.

    A text stands where a number belongs, or JSON that is none. Streamlit keeps it as long as the
    session lasts, reads it first in each run, and fails in each: only a new session is without it.
    """
    if not is_unreadable():
        return False
    st.error(SENTENCE, icon=":material/block:")
    return True


def is_unreadable() -> bool:
    """Whether widgets of the session that this script runs for cannot be read."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return False
    try:
        for widget in context.session_state.get_widget_states():
            st.session_state.get(_key_of(widget.id))
    except (TypeError, ValueError, OverflowError):
        return True
    return False


def _key_of(widget: str) -> str:
    """The key of a widget, by what Streamlit calls it: ``$$ID-<digest>-<key>``."""
    return widget.split("-", 2)[-1]
