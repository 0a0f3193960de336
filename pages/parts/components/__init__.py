"""Parts of the screen that need JavaScript: each a folder with its script and style in it."""

from pathlib import Path

import streamlit as st


def beside(module: str, name: str) -> str:
    """The text of a file in the folder of a module, given by its ``__file__``.

    Streamlit takes paths from installed packages alone, and text from everybody; it sends the text
    each time that the component is drawn, so comments and indents stay here.
    """
    lines = Path(module).with_name(name).read_text(encoding="utf-8").splitlines()
    return "\n".join(bare for line in lines if (bare := line.strip())[:2] != "//")


def told(key: str, name: str) -> object:
    """What a component's script has told under a name; None if it has not."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, dict) else None
