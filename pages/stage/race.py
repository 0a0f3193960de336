"""Race on the stage: which way of choosing earns most?"""

from functools import partial

import streamlit as st

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.race import controls
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.race.talk import race_show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.present import present
from pages.parts.work.frames import frame
from pages.parts.work.pool import track
from pages.parts.work.session_state import session_of

is_new = open_link(RaceSetup)
session = session_of(RaceSession, lambda: RaceSession(current_setup(RaceSetup), track()))
session.adopt(current_setup(RaceSetup))
if is_new:
    controls.prepare(session, st.query_params.get("raced"))
pace = session.pace


@frame
def draw_show(session: RaceSession) -> None:
    """One frame, whether a step or the race caused it."""
    session.advance()
    write_link(session.setup, raced=session.raced_in_link)
    if session.pace != pace:
        st.rerun()
    show = race_show(session)
    present(show, partial(stand_in_corner, show, own_link()))


st.fragment(draw_show, run_every=pace, key="race-show")(session)
