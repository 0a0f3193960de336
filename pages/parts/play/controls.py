"""What can be done on the Play page: who is there, how they answer, and the loop's settings."""

import streamlit as st

from engine.worlds import key_of
from pages.parts.play.refusals import Refusals
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.text import note, plain
from pages.parts.toolbar import settings, step


def links_to(session: PlaySession) -> dict[str, str]:
    """The links to the loop, each under what it does, once it is kept."""
    stored, view = session.open.stored, session.open.link
    if view is None:
        return {}
    shows = session.setup.link(st.context.url or "", loop=view)
    links = {"**Shows this loop**, live. Whoever opens it can look, and make a copy.": shows}
    if session.may_answer:
        may = "**May answer.** Whoever opens it can change the loop as you can."
        links[may] = f"{shows}#answer={stored.id}"
    return links


def offer_a_copy(session: PlaySession) -> None:
    """Where the loop is somebody else's: what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", key="somebody-elses"):
        st.markdown("This is somebody else's loop: look, or make a copy of your own.")
        st.button(
            "Make a copy",
            key="make-own",
            icon=":material/content_copy:",
            type="primary",
            on_click=session.make_own,
        )


def choose_settings(setup: PlaySetup, disabled: bool) -> None:
    """Speed of play, seed and settings of the loop."""
    with settings(disabled):
        setup.draw("speed", "seed", "mode", "policy")
        note(setup.story)
        setup.draw(*setup.knobs_of(setup.policy), "crosses")


def choose_context(session: PlaySession, stage: str) -> None:
    """Who is there; moving these asks "what if", nothing is logged.

    Where nobody else comes by themselves they are drawn outside the ``stage``, a fragment's key,
    which alone is drawn anew: what was moved shows itself where it is now.
    """

    def ask(field: str, key: str) -> None:
        session.ask(field, st.session_state[key])
        st.rerun(stage)

    world, context = session.open.world, session.open.context
    session.drawn_context = context
    for field in world.fields:
        key = f"{key_of(world)}-{field.name}"
        st.session_state[key] = context[field.name]
        faces = {value.name: plain(value.label) for value in field.values}
        st.pills(
            plain(field.label),
            list(faces),
            format_func=faces.__getitem__,
            key=key,
            required=True,
            on_change=ask,
            args=(field.name, key),
            disabled=session.live.is_live,
            label_visibility="collapsed",
            wrap=True,
        )
    note("What if? Change these: nothing is logged before an answer.")


def show_refusals(refusals: Refusals) -> None:
    """What did not happen, until it does or is put aside."""
    for sentence in refusals.sentences:
        st.error(plain(sentence), icon=":material/cloud_off:")
    if refusals.sentences:
        st.button("Put aside", key="put-aside", on_click=refusals.put_aside, type="tertiary")


def offer_other_ways(session: PlaySession, setup: PlaySetup) -> None:
    """Who comes next, and taking back.

    Drawn outside the stage: what a reward does not change need not travel with each one.
    """
    off, live, loop = session.is_closed, session.live, session.open.loop.settings
    st.button(
        "Next visitor",
        key="next-visitor",
        icon=":material/person_add:",
        shortcut="N",
        disabled=off or live.playing,
        on_click=session.let_pass,
        help="Draw who comes next, without an answer from this one.",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = "This visitor answers by their hidden taste, and the next one comes."
        step(live, off or live.playing, told)
        st.button(
            "Undo",
            key="undo",
            icon=":material/undo:",
            shortcut="U",
            on_click=session.undo,
            disabled=live.is_live or not session.can_undo,
            help="Take back the last visitor, exactly; after a reset, the reset.",
        )
        setup.draw("next")
    if not session.open.room:
        st.info(
            f"This loop has served {loop.max_events:,} visitors, the most it may. "
            "Reset starts a new one."
        )
