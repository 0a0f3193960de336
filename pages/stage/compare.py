"""Compare on the stage: may it learn from today's rules first?"""

from functools import partial

import streamlit as st

from pages.parts.compare.history import history_in_link
from pages.parts.compare.session import CompareSession
from pages.parts.compare.setup import CompareSetup
from pages.parts.compare.talk import compare_show
from pages.parts.components.stage_corner import own_link, stand_in_corner
from pages.parts.settings.link import current_setup, open_link, write_link
from pages.parts.show.five_minutes import begins
from pages.parts.show.present import present
from pages.parts.work.frames import frame
from pages.parts.work.session_state import session_of

is_new = open_link(CompareSetup)
told = history_in_link() if is_new else None
session = session_of(CompareSession, lambda: CompareSession(current_setup(CompareSetup), told))
session.adopt(current_setup(CompareSetup), told)
if begins(is_new) and told is None:
    session.reset()
if is_new:
    session.live.wait()
pace = session.pace


@frame
def draw_show(session: CompareSession) -> None:
    """One frame, whether a step or a crowd caused it."""
    session.advance()
    write_link(session.setup, story=session.story.text)
    if session.pace != pace:
        st.rerun()
    show = compare_show(session)
    present(show, partial(stand_in_corner, show, own_link()))


st.fragment(draw_show, run_every=pace, key="compare-show")(session)
