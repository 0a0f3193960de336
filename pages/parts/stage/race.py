"""The talk on the Race page: who races, who earns most, how it came to that, and what was lost."""

from functools import partial

import streamlit as st

from pages.parts.race.session import RaceSession
from pages.parts.stage import race_pictures, race_words
from pages.parts.stage.screens import Screen, Show, in_its_language

_FEW = 4
"""Contenders whose stories have room beside each other."""


def race_show(session: RaceSession) -> Show:
    """The talk about the race that is set, or was started."""
    return Show.of(
        [
            Screen(
                "line-up",
                lambda: "Which way of choosing earns most?",
                partial(_show_line_up, session),
                "Ask the room for its bets, and count hands with 1 to 9. The race comes next.",
                hands=list(session.setup.names.values()),
            ),
            Screen(
                "leaders",
                partial(race_words.leader, session),
                partial(race_pictures.leaders, session),
                "The thin line is the 95 % interval: how far chance may have moved the mean.",
                do=partial(_start, session),
                undo=session.stop,
            ),
            Screen(
                "curves",
                partial(race_words.in_the_end, session),
                partial(race_pictures.rewards, session),
                "The band holds all crowds but the lowest and the highest tenth.",
            ),
            Screen(
                "lost",
                partial(race_words.lost, session),
                partial(race_pictures.losses, session),
                "What the best offer for each visitor would have earned, less what was offered. "
                "A line that turns flat has stopped losing.",
            ),
        ],
        session.is_live,
    )


def _start(session: RaceSession) -> None:
    """Start what is set, unless that is what is shown."""
    if not session.is_current:
        session.start(session.setup, None)


def _show_line_up(session: RaceSession) -> None:
    """Who races: with how they choose in a sentence, as long as there is room for it."""
    stories = session.setup.stories if len(session.setup.keys) <= _FEW else {}
    with st.container(key="stage-names"):
        for key, name in session.setup.names.items():
            story = stories.get(key, "").partition(". ")[0].rstrip(".")
            st.markdown(f"**{name}**" + (f"  \n{in_its_language(story)}." if story else ""))
