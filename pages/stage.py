"""Stage: talks of all pages in large type, under each page's own address.

A page's talk opens the same session as the page. Frames, steps, the corner and the transition
between acts are common to all talks.
"""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from pages.parts.compare.stage_screens import open_talk as open_compare
from pages.parts.components.stage_corner import draw_corner
from pages.parts.components.stage_presentation import Paced, Talk
from pages.parts.connect.stage_screens import open_talk as open_connect
from pages.parts.data.stage_screens import open_talk as open_data
from pages.parts.evaluate.stage_screens import open_talk as open_evaluate
from pages.parts.glossary.stage_screens import open_use, open_words
from pages.parts.lessons.stage_screens import open_talk as open_learn
from pages.parts.play.stage_screens_from_link import open_talk as open_play
from pages.parts.race.stage_screens import open_talk as open_race
from pages.parts.show.minutes import open_talk as open_show
from pages.parts.show.show_link import next_place
from pages.parts.show.stage_layout import present
from pages.parts.why.stage_screens import open_talk as open_why
from pages.parts.work.frame_scheduler import frame
from pages.parts.worlds.stage_screens import open_talk as open_worlds

TALKS: Mapping[str, Callable[[], Talk]] = {
    "play": open_play,
    "learn": open_learn,
    "compare": open_compare,
    "race": open_race,
    "evaluate": open_evaluate,
    "worlds": open_worlds,
    "connect": open_connect,
    "data": open_data,
    "why": open_why,
    "words": open_words,
    "use": open_use,
    "show": open_show,
}
"""Functions that open the talk of each page."""


def script_of(page: str) -> Callable[[], None]:
    """Return the script that Streamlit runs for a page on the stage."""
    return partial(_draw, page)


def _draw(page: str) -> None:
    """Draw a page's talk, with a new frame at the pace of its session."""
    talk = TALKS[page]()
    if talk.session is None:
        _present(talk)
        return
    pace = talk.session.pace

    @frame
    def draw_frame(session: Paced) -> None:
        talk.advance()
        if session.pace != pace:
            st.rerun()
        _present(talk)
        talk.finish()

    st.fragment(draw_frame, run_every=pace, key=f"{page}-show")(talk.session)


def _present(talk: Talk) -> None:
    """Draw the current screen, or switch to the page requested by a step."""
    show = talk.show()
    if place := next_place():
        page, query = place
        there = st.Page(script_of(page), title=page, url_path=page)
        st.switch_page(there, query_params=dict(query))
    present(show, partial(draw_corner, show, talk.link(), talk.leads_to))
