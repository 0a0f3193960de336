"""Race: which way of choosing earns most, on the same visitors?

Reads from top to bottom: what is raced, the bet, who is ahead as it runs, and in the end
who won, by how much, where, and whether the bet was right.
"""

import streamlit as st

from engine.worlds import WORLDS
from pages.parts.frames import frame
from pages.parts.link import current_setup, open_link, write_link
from pages.parts.race import board, controls
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.sessions import race_session
from pages.parts.text import plain, question
from pages.parts.toolbar import choose_world, share

is_new = open_link(RaceSetup)

with st.container(horizontal=True, horizontal_alignment="distribute", key="toolbar"):
    setup = current_setup(RaceSetup)
    choose_world(setup)
    with st.container(horizontal=True, width="content", gap="xsmall"):
        session = race_session(setup)
        session.adopt(setup)
        if is_new:
            controls.prepare(session, st.query_params.get("raced"))
        write_link(setup, raced=session.raced_in_link)
        controls.choose_settings(setup)
        share(setup)

question(
    "Which way of choosing earns most, on the same visitors?",
    "Every contender meets the same crowds: the same people, in the same order, with the "
    "same luck. " + plain(WORLDS[setup.world].story),
)


@frame
def draw_stage(session: RaceSession) -> None:
    """One frame of the interactive part."""
    session.adopt(current_setup(RaceSetup))
    session.advance()
    if session.page_state != session.drawn:
        st.rerun()
    if session.raced is None:
        st.markdown("##### The line-up")
        board.show_line_up(session.setup)
        return
    board.show_situation(session)
    if not session.known.keys:
        board.show_line_up(session.raced)
        return
    board.show_curves(session)
    board.show_table(session)
    board.show_finals(session)
    board.show_weights(session)
    board.show_who_is_who(session)
    board.show_take_away(session)


controls.choose_preset(setup)
controls.bet_and_start(session, setup)
session.drawn = session.page_state
left, right = st.columns([3.2, 1], gap="large")
with left:
    st.fragment(draw_stage, run_every=session.pace, key="race-stage")(session)
with right:
    controls.choose_contenders(setup)
    setup.draw("visitors", "crowds", "drift", "delay", "refresh")
