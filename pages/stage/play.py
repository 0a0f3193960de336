"""Play on the stage: what does the engine learn from an answer?

Gets the loop as the Play page does, shows one screen of the talk, and steps on and back.
"""

from functools import partial

import streamlit as st

from pages.parts.components.loop_watch import watch_others
from pages.parts.components.stage_corner import stand_in_corner
from pages.parts.play import scrubber
from pages.parts.play.audience_talk import begin_anew
from pages.parts.play.controls import show_refusals
from pages.parts.play.moment_links import held, moment_link
from pages.parts.play.opened import play_session
from pages.parts.play.reopen import follow, open_loop
from pages.parts.play.second_loop_talk import beside_show, catch_up
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.play.talk import play_show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.five_minutes import begins
from pages.parts.show.present import present
from pages.parts.work.frames import frame

address_is_new = open_link(PlaySetup)
open_loop(address_is_new)
session = play_session(current_setup(PlaySetup))
follow(session, current_setup(PlaySetup))
scrubber.go(session, address_is_new)
if begins(address_is_new):
    begin_anew()
    if "loop" not in st.query_params and session.open.loop.events:
        session.reset()
catch_up(session)
session.live.pause()  # A talk goes on by steps.
pace = session.pace


@frame
def draw_show(session: PlaySession) -> None:
    """One frame, whether a step or a crowd caused it."""
    write_link(session.setup, loop=session.open.link, **held(session))
    session.advance()
    if session.pace != pace:
        st.rerun()
    link = moment_link(session, st.context.url or "")
    show = beside_show(session) or play_show(session)
    show_refusals(session.refusals)
    present(show, partial(stand_in_corner, show, link))
    watch_others(session.open.link, session.drawn, session.live.is_live, session.catch_up)


st.fragment(draw_show, run_every=pace, key="play-show")(session)
