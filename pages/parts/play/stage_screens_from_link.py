"""Play's talk on the stage, with the loop and session of the Play page."""

from functools import partial

import streamlit as st

from pages.parts.components.loop_watch import watch_others
from pages.parts.components.stage_presentation import Talk
from pages.parts.play import timeline_slider
from pages.parts.play.audience_vote import begin_anew
from pages.parts.play.current_session import play_session
from pages.parts.play.moment_links import moment_in_address, moment_link
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.second_loop_screens import beside_show, catch_up
from pages.parts.play.session import PlaySession
from pages.parts.play.stage_actions import begin_act
from pages.parts.play.stage_screens import play_show
from pages.parts.play.stored_loop_from_link import follow, open_loop
from pages.parts.play.toolbar_controls import show_refusals
from pages.parts.scene.stage_show import SCREEN, STAGE, Show, Stage
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link


def open_talk() -> Talk:
    """Return the talk on the loop in the address; an act of the show starts a new loop."""
    is_new = open_link(PlaySetup)
    open_loop(is_new)
    session = play_session(current_setup(PlaySetup))
    follow(session, current_setup(PlaySetup))
    timeline_slider.go(session, is_new)
    if is_new and Stage.in_link().begins_act:
        begin_anew()
    if is_new and "loop" not in st.query_params:
        begin_act(session)
    catch_up(session)
    session.live.pause()  # A talk advances by steps only.
    return Talk(
        partial(_show, session),
        session,
        partial(_advance, session),
        partial(_watch_others, session),
        link=partial(_link, session),
    )


def _link(session: PlaySession) -> str:
    """Return the link for the audience's phones: while the audience is asked, to the same question,
    without the engine's offer."""
    link, screen = moment_link(session, st.context.url or ""), Stage.in_link().screen
    is_first = not screen and not session.setup.beside
    is_asked = is_first or screen.startswith(("visitor-", "room-"))
    return f"{link}&{STAGE}=1&{SCREEN}=visitor-1" if is_asked else link


def _advance(session: PlaySession) -> None:
    """Serve waiting visitors, and draw messages on failed requests."""
    write_link(session.setup, loop=session.open.link, **moment_in_address(session))
    session.advance()
    show_refusals(session.refusals)


def _show(session: PlaySession) -> Show:
    return beside_show(session) or play_show(session)


def _watch_others(session: PlaySession) -> None:
    watch_others(session.open.link, session.drawn, session.live.is_live, session.catch_up)
