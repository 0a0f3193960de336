"""Parts of the screen that need JavaScript: each a folder with its script and style in it."""

from pathlib import Path

import streamlit as st


def beside(module: str, name: str) -> str:
    """The text of a file in the folder of a module, given by its ``__file__``.

    Streamlit takes paths from installed packages alone, and text from everybody.
    """
    return Path(module).with_name(name).read_text(encoding="utf-8")


def told(key: str, name: str) -> object:
    """What a component's script has told under a name; None if it has not."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, dict) else None
