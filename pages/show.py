"""Show: a talk of five or fifteen minutes across the stages of several pages.

Contains the bookmarks, for a world and a seed, and the computation in advance.
"""

import streamlit as st

from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.settings.shared_settings import worlds_with
from pages.parts.show import minutes
from pages.parts.show.show_link import Ahead, ShowSetup, ahead
from pages.parts.text.format import question
from pages.parts.text.lesson_words import words
from pages.parts.work.frame_scheduler import frame

open_link(ShowSetup)
setup = current_setup(ShowSetup)
write_link(setup)
texts = words("show")

question(texts.say("question"), texts.say("told"))
with st.container(horizontal=True, vertical_alignment="bottom", key="show-set"):
    setup.draw("world", options=worlds_with(setup.world), wrap=True)
    setup.draw("seed", width=160)
    setup.draw("length")


@frame
def draw_ahead(prepared: Ahead) -> None:
    """Draw one frame of the computations in advance."""
    minutes.show_ahead(prepared, texts)
    if prepared.pace != pace:
        st.rerun()


prepared = ahead(setup)
pace = prepared.pace
minutes.show_minutes(setup, texts)
st.fragment(draw_ahead, run_every=pace, key="show-ahead")(prepared)
