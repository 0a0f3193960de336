"""Glossary on the stage: one term per screen, and the card on use."""

from functools import partial

import streamlit as st

from pages.parts.components.stage_presentation import Talk
from pages.parts.glossary.term_list import USE
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.settings.page_settings_base import no_link
from pages.parts.text.format import bare
from pages.parts.text.glossary import GROUPS, grouped, texts


def open_words() -> Talk:
    """Return the talk about the terms."""
    no_link()
    return Talk(words_show)


def open_use() -> Talk:
    """Return the talk about the card on use."""
    no_link()
    return Talk(use_show)


def words_show() -> Show:
    """Return the talk of the list: each group, then its terms."""
    screens: list[Screen] = []
    for group in GROUPS:
        own = grouped(group)
        names = [term.name for term in own.values()]
        title = texts(group)["group"]
        screens.append(
            Screen(group, partial(str, title), partial(_show_names, names), ", ".join(names))
        )
        screens += [
            Screen(
                key,
                partial(str, term.name),
                partial(_show_sentence, term.sentence),
                bare(term.sentence),
            )
            for key, term in own.items()
        ]
    return Show.of(screens)


def use_show() -> Show:
    """Return the talk of the card, one screen per part."""
    card = texts("use")
    return Show.of(
        [
            Screen(part, partial(card.__getitem__, part), partial(_show_text, text), bare(text))
            for part in USE
            for text in [card[f"{part}_list"]]
        ]
    )


def _show_names(names: list[str]) -> None:
    with st.container(key="stage-names"):
        for name in names:
            st.markdown(f"**{name}**")


def _show_sentence(sentence: str) -> None:
    with st.container(key="stage-told"):
        st.markdown(sentence)


def _show_text(text: str) -> None:
    with st.container(key="stage-words"):
        st.markdown(text)
