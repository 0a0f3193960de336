"""Race: which way of choosing earns most, on the same visitors?

Reads from top to bottom: what is raced, the bet, who is ahead as it runs, and in the end
who won, by how much, where, and whether the bet was right.
"""

import streamlit as st

from pages.parts.choices import world_of
from pages.parts.link import current_setup, open_link, write_link
from pages.parts.race.board import (
    show_curves,
    show_finals,
    show_line_up,
    show_situation,
    show_table,
    show_take_away,
    show_weights,
    show_who_is_who,
)
from pages.parts.race.controls import (
    bet_and_start,
    choose_contenders,
    choose_preset,
    choose_race,
    choose_settings,
    fit_to_world,
)
from pages.parts.race.session import PACE, RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.sessions import race_session
from pages.parts.text import note, plain
from pages.parts.toolbar import choose_world, share

is_new = open_link(RaceSetup)
fit_to_world()

with st.container(horizontal=True, horizontal_alignment="distribute", key="toolbar"):
    setup = current_setup(RaceSetup)
    choose_world(setup)
    with st.container(horizontal=True, width="content", gap="xsmall"):
        session = race_session(setup)
        session.adopt(setup)
        if is_new:
            session.race_again(st.query_params.get("raced"))
        write_link(setup, raced=session.raced_in_link)
        choose_settings(setup)
        share(setup)

with st.container(gap=None):
    st.markdown("**Which way of choosing earns most, on the same visitors?**")
    note(
        "Every contender meets the same crowds: the same people, in the same order, with the "
        "same luck. " + plain(world_of(setup.world).story)
    )


def draw_stage(session: RaceSession) -> None:
    """One frame of the interactive part."""
    session.adopt(current_setup(RaceSetup))
    session.advance()
    if session.page_state != session.drawn:
        st.rerun()
    if session.raced is None:
        st.markdown("##### The line-up")
        show_line_up(session.setup)
        return
    show_situation(session)
    if not session.known.keys:
        show_line_up(session.raced)
        return
    show_curves(session)
    show_table(session)
    show_finals(session)
    show_weights(session)
    show_who_is_who(session)
    show_take_away(session)


choose_preset(setup)
bet_and_start(session, setup)
session.drawn = session.page_state
left, right = st.columns([3.2, 1], gap="large")
with left:
    every = PACE if session.is_live else None
    st.fragment(draw_stage, run_every=every, key="race-stage")(session)
with right:
    choose_contenders(setup)
    choose_race(setup)
