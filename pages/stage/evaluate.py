"""Evaluate on the stage: what would each have earned, served to everybody?"""

from functools import partial

import streamlit as st

from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.evaluate.opening import loop_in_link, open_loop
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.setup import EvaluateSetup
from pages.parts.evaluate.talk import evaluate_show
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.present import present
from pages.parts.work.frames import frame
from pages.parts.work.session_state import session_of

stored = open_loop(open_link(EvaluateSetup))
session = session_of(EvaluateSession, lambda: EvaluateSession(current_setup(EvaluateSetup)))
session.adopt(current_setup(EvaluateSetup), stored)
write_link(session.setup, loop=loop_in_link(session))
pace = session.pace


@frame
def draw_show(session: EvaluateSession) -> None:
    """One frame, whether a step or a log that was made caused it."""
    if session.pace != pace:
        st.rerun()
    show = evaluate_show(session)
    present(show, partial(stand_in_corner, show, own_link()))


st.fragment(draw_show, run_every=pace, key="evaluate-show")(session)
