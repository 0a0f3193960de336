"""What the Compare page shows of its session, in its widgets and in a link."""

import streamlit as st

from pages.parts.compare.history import NAME, History
from pages.parts.compare.session import CompareSession
from pages.parts.compare.setup import CompareSetup
from pages.parts.settings.link import set_widgets
from pages.parts.text.format import counted


def follow(session: CompareSession, setup: CompareSetup, told: History | None) -> CompareSetup:
    """Adopt what is set; where a world is come back to, that is as it was left, and shown so."""
    session.adopt(setup, told)
    if session.setup != setup:
        set_widgets(session.setup)
    return session.setup


def this_moment(session: CompareSession) -> dict[str, str]:
    """The link to what has happened, under what it does."""
    story = session.story
    if story.text is None or not story.came:
        return {}
    does = (
        f"**This moment.** The same {counted(story.came, 'visitor')} and switches, shown at once "
        "while this server knows them; else once its reader says Start."
    )
    return {does: session.setup.link(st.context.url or "", **{NAME: story.text})}
