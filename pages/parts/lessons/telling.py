"""What a lesson says: each text with the sentences of the terms in it, where they stand."""

import streamlit as st

from pages.parts.scene.talk import Stage
from pages.parts.text.format import note
from pages.parts.text.glossary import explained


def tell(text: str) -> None:
    """A text of a lesson, as Markdown."""
    st.markdown(text, help=_behind(text))


def remark(text: str, shown: str = "") -> None:
    """The same, small.

    Args:
        shown: what else stands in the picture that it is about.
    """
    note(text, _behind(f"{text} {shown}"))


def _behind(text: str) -> str | None:
    """What opens behind a text; on the stage nothing does, where nobody points at anything."""
    return None if Stage.in_link().on else explained(text)
