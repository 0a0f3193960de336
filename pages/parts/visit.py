"""The visitor: who is there, what they are offered, how they answer."""

import streamlit as st

from engine.loop.log import Ranked
from engine.worlds import World
from pages.parts.look import note, percent, plain
from pages.parts.rewards import reward_buttons
from pages.parts.session import PlaySession


def choose_context(session: PlaySession) -> None:
    """Who is there; moving these asks "what if", nothing is logged."""

    def place(field: str, key: str) -> None:
        session.place(field, st.session_state[key])

    for field in session.world.fields:
        key = f"{session.world.key}-{field.name}"
        st.session_state[key] = session.context[field.name]
        faces = {value.name: f"{value.emoji} {value.name}" for value in field.values}
        st.pills(
            field.label,
            list(faces),
            format_func=faces.__getitem__,
            key=key,
            required=True,
            on_change=place,
            args=(field.name, key),
            disabled=session.is_live,
            label_visibility="collapsed",
            wrap=True,
        )
    note("What if? Change these: nothing is logged before an answer.")


def show_offer(world: World, ranked: Ranked) -> None:
    """The action to show, large, and why it is this one."""
    item = world.items[ranked.shown]
    with st.container(border=True, height=160, key="offer"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.title(item.emoji, anchor=False, width="content")
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


def ask_for_reward(session: PlaySession) -> None:
    """How the visitor liked it: one click teaches."""
    reward_buttons(session.token, session.taken, _is_closed(session), session.take)


def offer_other_ways(session: PlaySession) -> None:
    """Any other answer, who comes next, and taking back.

    Drawn outside the stage: what a reward does not change need not travel with each one.
    """
    off = _is_closed(session)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "No answer",
            key="no-answer",
            icon=":material/hourglass_disabled:",
            disabled=off,
            on_click=session.send_reward,
            args=(None,),
            help="Nobody answers in time: the default reward, "
            f"{session.loop.settings.default_reward:g}, applies.",
        )
        with st.popover("Other", icon=":material/linear_scale:", disabled=off, key="other"):
            st.slider("Reward", 0.0, 1.0, 0.75, 0.05, key="reward-value")
            st.button(
                "Send",
                key="reward-other",
                on_click=lambda: session.send_reward(st.session_state["reward-value"]),
            )
        st.button(
            "Next visitor",
            key="next-visitor",
            icon=":material/person_add:",
            shortcut="N",
            disabled=off or session.playing,
            on_click=session.let_pass,
            help="Draw who comes next, without an answer from this one.",
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Step",
            key="step",
            icon=":material/skip_next:",
            shortcut="S",
            disabled=off or session.playing,
            on_click=session.step,
            help="This visitor answers by their hidden taste, and the next one comes.",
        )
        st.button(
            "Undo",
            key="undo",
            icon=":material/undo:",
            shortcut="U",
            on_click=session.undo,
            disabled=session.is_live or not session.can_undo,
            help="Take back the last visitor, exactly; after a reset, the reset.",
        )
        st.toggle("Auto-next", key="next", help="The next visitor comes after each reward.")
    if session.is_full:
        st.info(
            f"This loop has served {session.loop.settings.max_events:,} visitors, the most it may. "
            "Reset starts a new one."
        )


def _is_closed(session: PlaySession) -> bool:
    """Whether nobody can answer now."""
    return session.waiting > 0 or session.is_full
