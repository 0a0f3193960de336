"""Texts of lessons with explanations of their terms as help."""

import streamlit as st

from pages.parts.scene.stage_show import Stage
from pages.parts.text.format import note
from pages.parts.text.glossary import explained


def tell(text: str) -> None:
    """Draw a text of a lesson, as Markdown."""
    st.markdown(text, help=_behind(text))


def remark(text: str, pictured: str = "") -> None:
    """Draw a small text of a lesson.

    Args:
        pictured: further terms in the picture, to be explained too.
    """
    note(text, _behind(f"{text} {pictured}"))


def _behind(text: str) -> str | None:
    """Return the help of a text; None on the stage, which has no pointer."""
    return None if Stage.in_link().on else explained(text)
