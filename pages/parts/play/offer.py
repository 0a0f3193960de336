"""What the visitor is offered, and why."""

from typing import Literal

import streamlit as st

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.text import note, percent, plain

Badge = tuple[str, str, Literal["gray", "orange", "green", "violet", "blue"], str]
"""Label, icon and colour, and the reason on hover."""


def show_offer(world: World, ranked: Ranked) -> None:
    """The action to show, large, and why it is this one."""
    item = world.items[ranked.shown]
    with st.container(border=True, height=160, key="offer"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.title(plain(item.emoji), anchor=False, width="content")
            with st.container(gap=None):
                st.subheader(plain(item.id), anchor=False)
                note(" · ".join(plain(f"{name} {_word(v)}") for name, v in item.features.items()))
        is_online = ranked.mode == "online"
        label, icon, colour, why = _guess(ranked) if is_online else _today(world, ranked)
        st.badge(label, icon=f":material/{icon}:", color=colour, help=why)


def _word(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _guess(ranked: Ranked) -> Badge:
    """Whether the offer is the best guess or was chosen to learn."""
    chance = f"Chance of this offer: {percent(ranked.probabilities[ranked.chosen])}."
    if max(ranked.means) - min(ranked.means) < 1e-9:
        why = f"Nothing that was learned tells the actions apart here. {chance}"
        return "No idea yet: all look alike", "help", "gray", why
    if ranked.cause == "random":
        why = f"The share of offers left to chance decided. {chance}"
        return "Chosen by chance, to learn", "casino", "orange", why
    if ranked.chosen == ranked.best:
        why = f"Its believed expected reward is the highest. {chance}"
        return "Current best guess", "star", "green", why
    why = (
        "Another action is believed to earn more, but the two beliefs overlap, and "
        f"this one's draw was the highest. {chance}"
    )
    return "Chosen to learn", "science", "violet", why


def _today(world: World, ranked: Ranked) -> Badge:
    """What is shown today is shown, whatever an apprentice would have taken for it."""
    if ranked.mode == "logging_only":
        why = "Logging only: the baseline is shown, and nothing is imitated."
        return "Today's choice, always", "lock", "blue", why
    own = plain(world.items[ranked.chosen].id)
    why = (
        f"The apprentice itself would have chosen {own}; whatever it learns, "
        "the baseline is shown until the loop goes online (Settings, Learning mode)."
    )
    return "Today's choice is shown", "lock", "blue", why
