"""Glossary on a page: the popover beside its question, and links to the list and the card."""

from collections.abc import Sequence

import streamlit as st

from pages.parts.text.glossary import ON_PAGE, meanings, texts
from pages.parts.text.pages_folder import PAGES


def words_of(page: str) -> None:
    """Draw the popover with the terms of a page."""
    words_behind(ON_PAGE[page])


def words_behind(keys: Sequence[str]) -> None:
    """Draw the popover with some terms and links to the list and the card; filled when opened."""
    said = texts("page")
    with st.popover(
        said["words"], icon=":material/menu_book:", key="words", type="tertiary", on_change="rerun"
    ) as popover:
        if popover.open:
            # Links first: an opened popover takes the focus, and is read from there.
            with st.container(horizontal=True, gap="small", key="words-on"):
                lead_to_words()
            st.markdown(meanings(*keys))


def lead_to_words() -> None:
    """Draw the links to the list and to the card."""
    said = texts("page")
    st.page_link(PAGES / "words.py", label=said["all"], icon=":material/menu_book:")
    lead_to_use(said["use"])


def lead_to_use(label: str) -> None:
    """Draw the link to the card."""
    st.page_link(PAGES / "use.py", label=label, icon=":material/balance:")
