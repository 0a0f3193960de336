"""Keep the Compare session, its widgets and its link in agreement."""

import streamlit as st

from pages.parts.compare.history import NAME, History
from pages.parts.compare.session import CompareSession
from pages.parts.compare.setup import CompareSetup
from pages.parts.settings.link import set_widgets
from pages.parts.text.format import counted


def follow(session: CompareSession, setup: CompareSetup, told: History | None) -> CompareSetup:
    """Apply a setup to the session. For a world and seed used before, restore their earlier setup
    and write it to the widgets."""
    session.adopt(setup, told)
    if session.setup != setup:
        set_widgets(session.setup)
    return session.setup


def this_moment(session: CompareSession) -> dict[str, str]:
    """Return the link to the current history, keyed by its description; empty without a history."""
    story = session.story
    if story.text is None or not story.came:
        return {}
    does = (
        f"**This moment.** The same {counted(story.came, 'visitor')} and switches, shown at once "
        "while this server knows them; else once its reader says Start."
    )
    return {does: session.setup.link(st.context.url or "", **{NAME: story.text})}
