"""Compare: an apprentice learns from today's rules before it goes online.

Three loops meet the same visitors. From top to bottom: today's rules, the crowd, the apprentice's
match rate, the mean rewards of the three loops, and an expander with details.
"""

from functools import partial
from pathlib import Path

import streamlit as st

from pages.parts.compare import controls, page_layout
from pages.parts.compare.history_in_link import history_in_link
from pages.parts.compare.page_content import QUESTION, report, scene_of
from pages.parts.compare.page_settings import CompareSetup
from pages.parts.compare.session import CompareSession
from pages.parts.components.crowd_buttons import control_the_crowd
from pages.parts.components.glossary_popover import words_of
from pages.parts.components.more_menu import more, share
from pages.parts.components.stage_button import show_stage_entry
from pages.parts.components.toolbar import (
    choose_world,
    say_slots_apart,
    toolbar,
    tools,
)
from pages.parts.scene.part_types import FigureStyle
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.format import question
from pages.parts.text.theme import is_dark
from pages.parts.work.frame_scheduler import frame
from pages.parts.work.session_singletons import session_of

PLAY = Path(__file__).with_name("play.py")

is_new = open_link(CompareSetup)
history = history_in_link() if is_new else None

with toolbar():
    setup = current_setup(CompareSetup)
    choose_world(setup)
    with tools():
        session = session_of(CompareSession, lambda: CompareSession(setup, history))
        setup = controls.follow(session, setup, history)
        if is_new:
            session.live.wait()
        write_link(setup, story=session.story.text)
        # Recorded before drawing: a crowd may end meanwhile, and the next frame has to notice.
        session.toolbar_drawn = session.toolbar_state
        controls.step_on(session)
        control_the_crowd(session.live, (100, 1_000, 10_000), end=session.room)
        more(
            lambda: controls.choose_settings(setup),
            lambda: share(setup, controls.this_moment(session), report_of=partial(report, session)),
            show_stage_entry,
            session.reset,
        )

question(
    QUESTION,
    "Today's rules, an apprentice that watches them, and an engine that is always online serve "
    "the same visitors.",
    f"Random seed {setup.seed}",
    partial(words_of, "compare"),
)
say_slots_apart(world_of(setup.world))


@frame
def draw_frame(session: CompareSession) -> None:
    """Draw a frame of the interactive part, after a click or an update of the crowd."""
    session.adopt(current_setup(CompareSetup))
    session.asks_why = page_layout.asks_why()
    session.advance()
    if session.toolbar_state != session.toolbar_drawn:
        st.rerun()
    scene = scene_of(session, FigureStyle(is_dark()))
    page_layout.show_situation(session, scene)
    if session.waits_for_start:
        page_layout.offer_start(session, scene)
    page_layout.show_lines(session, scene)
    page_layout.show_why(session, scene)


with st.container(key="compared"):
    # The style sheet has the settings on the left: the keyboard comes first to what they are for.
    results, settings = st.columns([3, 1], gap="medium")
with settings:
    controls.choose_rule(setup)
    controls.choose_story()
    setup.draw("truth")
    st.page_link(
        PLAY,
        label="Serve the visitors yourself",
        icon=":material/touch_app:",
        query_params={"mode": "apprentice", **setup.todays_rules},
    )
with results:
    st.fragment(draw_frame, run_every=session.pace, key="compare-interactive")(session)
controls.watch_steps()
