"""Where the words are shown: a popover beside a page's question, the list, and the card on use."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.parts.lessons.words import LANGUAGES
from pages.parts.settings.link import Linked
from pages.parts.settings.setting import Setting
from pages.parts.text.format import section
from pages.parts.text.glossary import GROUPS, ON_PAGE, grouped, meanings, texts
from pages.parts.text.page_files import PAGES

LANGUAGE = Setting("en", "Language", LANGUAGES, travels=True)
"""Chosen once for the lessons and the words."""
USE = ("yes", "no", "reward", "keep")
"""The parts of the card."""


@dataclass(frozen=True, slots=True)
class WordsSetup(Linked):
    """All that a link to the words, or to the card, can say."""

    PREFIX = "words-"

    language: str = LANGUAGE.as_field


def words_of(page: str) -> None:
    """The popover with the words that stand on a page."""
    words_behind(ON_PAGE[page])


def words_behind(keys: Sequence[str], language: str = "en") -> None:
    """The popover with some words, and the ways to all of them; filled once it is opened."""
    said = texts("page", language)
    with st.popover(
        said["words"], icon=":material/menu_book:", key="words", type="tertiary", on_change="rerun"
    ) as popover:
        if popover.open:
            # First, as what opens takes the focus, and is read from there.
            with st.container(horizontal=True, gap="small", key="words-on"):
                lead_to_words(language)
            st.markdown(meanings(*keys, language=language))


def lead_to_words(language: str = "en") -> None:
    """The ways to all words, and to the card."""
    said, query = texts("page", language), {"language": language}
    st.page_link(
        PAGES / "words.py", label=said["all"], icon=":material/menu_book:", query_params=query
    )
    lead_to_use(said["use"], language)


def lead_to_use(label: str, language: str = "en") -> None:
    """The way to the card."""
    query = {"language": language}
    st.page_link(PAGES / "use.py", label=label, icon=":material/balance:", query_params=query)


def show_all(language: str) -> None:
    """All words, group by group."""
    with st.container(key="all-words"):
        for group in GROUPS:
            with st.container(key=f"words-{group}"):
                section(texts(group, language)["group"])
                st.markdown(meanings(*grouped(group, language), language=language))


def show_use(language: str) -> None:
    """When to use such a system, when not, how to choose a reward, and what to keep to."""
    said = texts("use", language)
    with st.container(key="use-card"):
        for part in USE:
            with st.container(border=True, key=f"use-{part}"):
                section(said[part])
                st.markdown(said[f"{part}_list"])
