"""Parts of the screen that need JavaScript: each a folder with its script and style in it."""

from pathlib import Path


def beside(module: str, name: str) -> str:
    """The text of a file in the folder of a module, given by its ``__file__``.

    Streamlit takes paths from installed packages alone, and text from everybody.
    """
    return Path(module).with_name(name).read_text(encoding="utf-8")
