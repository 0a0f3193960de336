"""What the visitor is offered, and why."""

import streamlit as st

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.text import note, percent, plain


def show_offer(world: World, ranked: Ranked) -> None:
    """The action to show, large, and why it is this one."""
    item = world.items[ranked.shown]
    with st.container(border=True, height=160, key="offer"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.title(plain(item.emoji), anchor=False, width="content")
            with st.container(gap=None):
                st.subheader(plain(item.id), anchor=False)
                note(" · ".join(plain(f"{name} {_word(v)}") for name, v in item.features.items()))
        if ranked.mode == "online":
            _badge(ranked)
        else:
            _badge_of_today(world, ranked)


def _word(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _badge(ranked: Ranked) -> None:
    """Whether the offer is the best guess or was chosen to learn, with the reason on hover."""
    chance = f"Chance of this offer: {percent(ranked.probabilities[ranked.chosen])}."
    if max(ranked.means) - min(ranked.means) < 1e-9:
        st.badge(
            "No idea yet: all look alike",
            icon=":material/help:",
            color="gray",
            help=f"Nothing that was learned tells the actions apart here. {chance}",
        )
    elif ranked.cause == "random":
        st.badge(
            "Chosen by chance, to learn",
            icon=":material/casino:",
            color="orange",
            help=f"The share of offers left to chance decided. {chance}",
        )
    elif ranked.chosen == ranked.best:
        st.badge(
            "Current best guess",
            icon=":material/star:",
            color="green",
            help=f"Its believed expected reward is the highest. {chance}",
        )
    else:
        st.badge(
            "Chosen to learn",
            icon=":material/science:",
            color="violet",
            help="Another action is believed to earn more, but the two beliefs overlap, and "
            f"this one's draw was the highest. {chance}",
        )


def _badge_of_today(world: World, ranked: Ranked) -> None:
    """What is shown today is shown; what an apprentice would have taken for it, on hover."""
    own = world.items[ranked.chosen]
    st.badge(
        "Today's choice, always" if ranked.mode == "logging_only" else "Today's choice is shown",
        icon=":material/lock:",
        color="blue",
        help="Logging only: the baseline is shown, and nothing is imitated."
        if ranked.mode == "logging_only"
        else f"The apprentice itself would have chosen {plain(own.id)}; whatever it learns, "
        "the baseline is shown until the loop goes online (Settings, Learning mode).",
    )
