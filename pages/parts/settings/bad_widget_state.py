"""Protection against widget values that a page's widgets cannot hold; the app's pages never send
such values."""

from collections.abc import Container
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

SENTENCE = (
    "The browser sent an invalid value. It was ignored, and nothing was changed. "
    "Reload the page to continue."
)


def chosen(key: str, options: Container[Any], otherwise: Any) -> Any:
    """Return the option chosen in a widget, or ``otherwise`` if the value is not an option.

    Callbacks receive the browser's value unchecked, before the widget is drawn again.
    """
    value = st.session_state.get(key)
    return value if value in options else otherwise


def say_unreadable() -> bool:
    """Draw an error if widget values of this session cannot be read; return True if so.

    For example, text instead of a number, or invalid JSON. Streamlit keeps the value for the
    session's lifetime, reads it first in each run and fails: only a new session is free of the
    value.
    """
    if not is_unreadable():
        return False
    st.error(SENTENCE, icon=":material/block:")
    return True


def is_unreadable() -> bool:
    """Return True if widget values of the current script's session cannot be read."""
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
    """Return the key in Streamlit's widget id, ``$$ID-<digest>-<key>``."""
    return widget.split("-", 2)[-1]
