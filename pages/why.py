"""Why: the reasons for an offer.

From top to bottom: the offer, the cause of the choice, reasons for and against, and the learned
weights. Nothing on this page changes a loop.
"""

from functools import partial

import streamlit as st

from pages.parts.components.glossary_popover import words_of
from pages.parts.scene.part_types import FigureStyle
from pages.parts.text.format import question, section
from pages.parts.text.theme import is_dark
from pages.parts.why import controls, page_layout, wording
from pages.parts.why.offer_from_link import open_why
from pages.parts.why.page_content import scene_of
from pages.parts.why.session import WhySession
from pages.parts.work.frame_scheduler import frame

_PART = "worth"

session, play = open_why()
opened, subject, displayed = play.open, session.subject, session.displayed
assert subject is not None
assert displayed is not None

scene = scene_of(session, displayed, FigureStyle(is_dark()), opened.click)
controls.ways(play, subject)
question(
    wording.asked_about(subject),
    wording.answered(subject, len(opened.loop.events)),
    "",
    partial(words_of, "why"),
)
with st.container(key="why-hero"):
    left, right = st.columns([1.15, 1], gap="large")
with left:
    section("Belief about each offer", help=scene.text("beliefs-note"))
    controls.suppose(session, subject)
    page_layout.show_offer(scene)
with right:
    section("Reasons for and against", help=scene.text("gap-note"))
    controls.choose_pair(session, subject)
    page_layout.show_reasons(scene)
with st.container(key="why-learned"):
    left, right = st.columns([1.15, 1], gap="large")
with right:
    section("How much each field matters", help=page_layout.WORTH_HELP)


@frame
def draw_worth(session: WhySession) -> None:
    """Draw a frame of the importance measurement."""
    if session.is_live != session.drawn_live:
        session.drawn_live = session.is_live
        st.rerun()
    page_layout.show_worth(session, opened)


with right:
    session.drawn_live = session.is_live
    st.fragment(draw_worth, run_every=session.pace, key=_PART)(session)
with left:  # Last, as reading the weights may take a moment.
    section("Everything it had learned")
    page_layout.show_weights(session, displayed)
