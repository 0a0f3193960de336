"""Play: the engine learns from each click.

From top to bottom: settings, the visitor, the offer, the effect of the last click, and the learned
beliefs.
"""

from functools import partial

import streamlit as st

from pages.parts.components.browser_id import has_reported
from pages.parts.components.crowd_buttons import control_the_crowd, show_progress
from pages.parts.components.loop_watch import watch_others
from pages.parts.components.more_menu import more
from pages.parts.components.scene_view import panel_view, scene_view
from pages.parts.components.stage_button import show_stage_entry
from pages.parts.components.toolbar import (
    choose_world,
    say_slots_apart,
    shortcut,
    toolbar,
    tools,
)
from pages.parts.lessons.own.lesson_dialog import offer_a_lesson, show_lesson_dialog
from pages.parts.play import (
    beliefs,
    detail_boxes,
    event_log,
    learned_panels,
    timeline_slider,
    toolbar_controls,
)
from pages.parts.play import hypothesis_weights as hypotheses
from pages.parts.play.click_route import follow_click, show_on_screen
from pages.parts.play.current_session import play_session
from pages.parts.play.moment_links import moment_in_address
from pages.parts.play.page_content import Look, scene_of
from pages.parts.play.page_settings import PlaySetup
from pages.parts.play.session import PlaySession
from pages.parts.play.stored_loop_from_link import follow, open_loop
from pages.parts.race import person_duel as you
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.shell.session_owner import lands_on_play
from pages.parts.text.format import plain, question, titled
from pages.parts.text.theme import is_dark
from pages.parts.work.frame_scheduler import frame
from pages.parts.worlds import change_on_play as another_world

PART = "interactive"


def share_loop(session: PlaySession, setup: PlaySetup) -> None:
    """Draw the *Link* tab: links to the loop, and a lesson made of it."""
    toolbar_controls.share_loop(session, setup)
    offer_a_lesson(session.displayed, session.is_live)


lands = lands_on_play()
address_is_new = open_link(PlaySetup)
open_loop(address_is_new)

with toolbar():
    setup = current_setup(PlaySetup)
    choose_world(setup)
    with tools():
        session = play_session(setup)
        if lands:
            session.first_minute.is_wanted = True
        setup = follow(session, setup)
        timeline_slider.go(session, address_is_new)
        # Recorded before drawing: a crowd may end meanwhile, and the next frame has to notice.
        session.toolbar_drawn = session.toolbar_state
        if setup.you:
            you.go(session, setup, address_is_new)
            you.write_choices(session)
            you.take_back(session)
            reset, links = session.duel_session.reset, you.share_choices
        else:
            write_link(setup, loop=session.open.link, picks=None, **moment_in_address(session))
            toolbar_controls.step_back(session)
            panel_view("next")
            control_the_crowd(session.live, (10, 100, 1_000), session.is_for_crowds)
            reset, links = session.reset, share_loop
        more(
            lambda: toolbar_controls.choose_settings(setup, disabled=not session.may_change),
            lambda: links(session, setup),
            lambda: show_stage_entry(partial(setup.draw, "beside")),
            reset,
        )
    if not setup.you and session.first_step == "crowd":
        session.first_minute.show("crowd")

story = plain(session.open.world.story)
if setup.you:
    question("A visitor walks in. What do you offer?", story)
    say_slots_apart(session.open.world)
    with st.container(key="contest"):
        left, right = st.columns([2, 3], gap="large")
    with left:
        you.choose_what_is_seen(setup)
        menu = st.container(key="menu")
    with right:
        scores = st.container(key="scores")

    @frame
    def draw_choices(session: PlaySession) -> None:
        """Draw a frame after each choice of the person."""
        if you.toolbar_is_old(session):
            st.rerun()
        you.write_choices(session)
        with menu:
            you.choose(session)
            toolbar_controls.show_refusals(session.refusals)
        with scores:
            you.show_scores(session)
        you.watch_choices(session)

    st.fragment(draw_choices, key=PART)(session)
else:
    is_anothers = has_reported() and not session.may_answer
    if is_anothers and session.time_travel.at is None:
        toolbar_controls.offer_a_copy(session)
    timeline_slider.say_when(session, is_anothers)
    question("A visitor walks in. What should we offer?", story)
    toolbar_controls.say_the_mode(session)
    # Containers, not columns: a column adds a container to each click.
    with st.container(horizontal=True, key="hero"):
        left, middle, right = (st.container(key=f"hero-{part}") for part in ("who", "offer", "map"))
    with left:
        people = st.container(gap="xsmall", key="people")
        visit = st.container(gap="xsmall", key="visit")
    with middle:
        picture = st.container(gap="xxsmall", key="picture")
        times = timeline_slider.show(session)
    with right:
        is_empty = not session.displayed.loop.events
        axes = learned_panels.head_of_map(setup, session.displayed.world, is_empty)
        results = st.container(gap="xsmall", key="map")
        learned_panels.choose_map(session.displayed.world)
    earned, explained = st.container(key="earned"), st.container(key="explained")
    # Drawn outside the frame, so that closed boxes are not sent with each click.
    opened_below = detail_boxes.boxes(session.displayed.loop)
    if "another" in opened_below:
        with opened_below["another"]:
            another_world.show_world_controls(session)
    show_lesson_dialog()
    toolbar_controls.watch_steps(session)
    session.open.side_loop = None  # Used on the stage only.

    @frame
    def draw_frame(session: PlaySession) -> None:
        """Draw a frame of the interactive part, after a click or an update of the crowd."""
        session.adopt(current_setup(PlaySetup))
        offer = session.advance()
        if session.toolbar_state != session.toolbar_drawn:
            st.rerun()
        timeline_slider.write_visitor(session)
        toolbar_controls.say_if_unheard(session)
        # Computed before drawing, so that the whole frame is sent as a single message.
        look = Look(is_dark(), axes, shortcut("1") is not None)
        scene, opened = scene_of(session, look, offer), session.displayed
        # What follows an answer and is no part of a scene.
        has_more = session.is_live or session.time_travel.is_open or bool(opened_below)
        show_on_screen(session, look, scene, has_more)
        with people:
            panel_view("who")
        with visit:
            step = session.first_step
            scene_view("visit", scene.message(), partial(follow_click, session))
            if session.live.waiting:
                with st.container(key="progress"):
                    show_progress(session.live)
            if step is not None and step != "crowd":
                session.first_minute.show(step)
            toolbar_controls.show_refusals(session.refusals)
            toolbar_controls.say_if_full(session)
        with picture:
            title, help = beliefs.heading_of(opened, offer.ranked)
            titled(title, help=help)
            panel_view("picture")
        with times:
            timeline_slider.slide(session)
        with results:
            panel_view("map")
        with earned:
            panel_view("earned")
        with explained:
            if session.setup.truth:
                learned_panels.show_heading_of_regret(opened.curve())
                panel_view("lost")
            panel_view("moved")
            beliefs.show_why_link(opened)
        if "hypotheses" in opened_below:
            with opened_below["hypotheses"]:
                hypotheses.show_hypotheses(opened.loop, offer.ranked)
        if "log" in opened_below:
            with opened_below["log"]:
                event_log.show_log(opened)
        if "code" in opened_below:
            with opened_below["code"]:
                event_log.show_code(opened)
        watch_others(session.open.link, session.drawn, session.live.is_live, session.catch_up)

    st.fragment(draw_frame, run_every=session.pace, key=PART)(session)
