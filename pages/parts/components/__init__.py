"""Components with JavaScript, each in a folder with its script and style sheet."""

from pathlib import Path

import streamlit as st


def folder_text(module: str, name: str) -> str:
    """Return the text of a file in the folder of a module, given by its ``__file__``.

    Streamlit accepts paths only from installed packages, but text from any. It sends the text each
    time the component is drawn, so comments and indentation are removed.
    """
    lines = Path(module).with_name(name).read_text(encoding="utf-8").splitlines()
    return "\n".join(bare for line in lines if (bare := line.strip())[:2] != "//")


def component_value(key: str, name: str) -> object:
    """Return a value reported by a component's script, or None."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, dict) else None
