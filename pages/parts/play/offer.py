"""What the visitor is offered."""

from typing import Literal

import streamlit as st

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.text import note, plain

Badge = tuple[str, str, Literal["gray", "orange", "green", "violet", "blue"]]
"""Label, icon and colour."""


def show_offer(world: World, ranked: Ranked) -> None:
    """The action to show, large, and whether it is the best guess; the picture tells why."""
    item = world.items[ranked.shown]
    with st.container(border=True, gap="xsmall", key="offer"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.title(plain(item.emoji), anchor=False, width="content")
            with st.container(gap=None):
                st.subheader(plain(item.id), anchor=False)
                note(" · ".join(plain(f"{name} {_word(v)}") for name, v in item.features.items()))
        label, icon, colour = _guess(ranked) if ranked.mode == "online" else _today(ranked)
        st.badge(label, icon=f":material/{icon}:", color=colour)


def _word(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _guess(ranked: Ranked) -> Badge:
    """Whether the offer is the best guess or was chosen to learn."""
    if max(ranked.means) - min(ranked.means) < 1e-9:
        return "No idea yet: all look alike", "help", "gray"
    if ranked.cause == "random":
        return "Chosen by chance, to learn", "casino", "orange"
    if ranked.chosen == ranked.best:
        return "Current best guess", "star", "green"
    return "Chosen to learn", "science", "violet"


def _today(ranked: Ranked) -> Badge:
    """What is shown today is shown, whatever an apprentice would have taken for it."""
    always = ", always" if ranked.mode == "logging_only" else " is shown"
    return f"Today's choice{always}", "lock", "blue"
