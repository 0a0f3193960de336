"""Race: contenders in front of equal simulated visitors.

From top to bottom: settings, the bet or the verdict, final rewards, curves, and losses.
"""

from functools import partial

import streamlit as st

from pages.parts.components.glossary_popover import words_of
from pages.parts.components.more_menu import more, share
from pages.parts.components.stage_button import show_stage_entry
from pages.parts.components.toolbar import choose_world, say_slots_apart, toolbar, tools
from pages.parts.race import controls, page_layout
from pages.parts.race.page_content import QUESTION, report, scene_of
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.scene.part_types import FigureStyle
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.format import question
from pages.parts.text.theme import is_dark
from pages.parts.work.frame_scheduler import frame
from pages.parts.work.race_pool import race_queue
from pages.parts.work.session_singletons import session_of

is_new = open_link(RaceSetup)

with toolbar():
    setup = current_setup(RaceSetup)
    choose_world(setup)
    with tools():
        session = session_of(RaceSession, lambda: RaceSession(setup, race_queue()))
        session.adopt(setup)
        if is_new:
            controls.prepare(session, st.query_params.get("raced"))
        write_link(setup, raced=session.raced_in_link)
        more(
            lambda: controls.choose_settings(setup),
            lambda: share(setup, controls.this_race(session), report_of=partial(report, session)),
            show_stage_entry,
        )

question(
    QUESTION,
    "Every method serves the same visitors, with the same random numbers.",
    f"Random seed {session.displayed.seed}",
    partial(words_of, "race"),
)
say_slots_apart(world_of(setup.world))


@frame
def draw_frame(session: RaceSession) -> None:
    """Draw a frame of the interactive part."""
    session.adopt(current_setup(RaceSetup))
    session.advance()
    if session.page_state != session.drawn:
        st.rerun()
    if session.raced is None:
        page_layout.show_before(session.setup)
        return
    if session.known.keys:
        st.empty()  # In the place of the line-up, or results would push it down first.
    if progress is not None and session.is_live:
        with progress:
            page_layout.show_progress(session)
    scene = scene_of(session, FigureStyle(is_dark()))
    if not session.known.keys:
        page_layout.show_before(session.raced)
        return
    page_layout.show_former_verdict(session, scene)
    page_layout.show_results(session, scene)


controls.choose_preset(setup)
progress = controls.bet_and_start(session, setup)
session.drawn = session.page_state
st.fragment(draw_frame, run_every=session.pace, key="race-interactive")(session)
