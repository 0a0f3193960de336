"""List of all terms, and the card on when to use a contextual bandit."""

import streamlit as st

from pages.parts.text.format import section
from pages.parts.text.glossary import GROUPS, grouped, meanings, texts

USE = ("yes", "no", "reward", "keep")
"""Parts of the card."""


def show_all() -> None:
    """Draw the terms, group by group."""
    with st.container(key="all-words"):
        for group in GROUPS:
            with st.container(key=f"words-{group}"):
                section(texts(group)["group"])
                st.markdown(meanings(*grouped(group)))


def show_use() -> None:
    """Draw the card: suitable and unsuitable cases, choice of the reward, and good practice."""
    card = texts("use")
    with st.container(key="use-card"):
        for part in USE:
            with st.container(border=True, key=f"use-{part}"):
                section(card[part])
                st.markdown(card[f"{part}_list"])
