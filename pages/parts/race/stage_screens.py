"""Talk on the Race page: contenders, final rewards, curves and losses."""

from functools import partial

import streamlit as st

from pages.parts.charts.base import STAGE
from pages.parts.components.stage_presentation import Talk
from pages.parts.race import controls
from pages.parts.race.page_content import scene_of
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.scene.part_types import FigureStyle, Scene, Text
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_show import Show
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.theme import is_dark
from pages.parts.work.race_pool import race_queue
from pages.parts.work.session_singletons import session_of

_FEW = 4
"""Most contenders whose stories fit beside each other."""


def open_talk() -> Talk:
    """Return the talk about the race in the address."""
    is_new = open_link(RaceSetup)
    session = session_of(RaceSession, lambda: RaceSession(current_setup(RaceSetup), race_queue()))
    session.adopt(current_setup(RaceSetup))
    if is_new:
        controls.prepare(session, st.query_params.get("raced"))
    return Talk(partial(race_show, session), session, partial(_advance, session))


def _advance(session: RaceSession) -> None:
    session.advance()
    write_link(session.setup, raced=session.raced_in_link)


def race_show(session: RaceSession) -> Show:
    """Return the screens about the race of this session."""
    scene = scene_of(session, FigureStyle(is_dark(), STAGE))
    return Show.of(
        [
            screen(
                _line_up(session), "line-up", "question", "names",
                "Ask the audience for its bets. Count raised hands with the keys 1 to 9. "
                "Next: the race.",
                hands=list(session.setup.names.values()),
            ),
            screen(
                scene, "leaders", "say-leader", "finals",
                "The thin line is the 95 % interval of the mean.",
                do=partial(_start, session),
                undo=session.stop,
            ),
            screen(
                scene, "curves", "say-latest", "rewards",
                "The band encloses the middle 80 % of repetitions.",
            ),
            screen(
                scene, "lost", "say-losses", "losses",
                "Reward of the best offer for each visitor, minus that of the actual "
                "offer. A flat line means no more missed rewards.",
            ),
        ],
        session.is_live,
    )  # fmt: skip


def _start(session: RaceSession) -> None:
    """Start the race unless the displayed results have the same settings."""
    if not session.is_current:
        session.start(session.setup, None)


def _line_up(session: RaceSession) -> Scene:
    """Return a scene of the contenders' names, with the first sentence of each story if there are
    few."""
    stories = session.setup.stories if len(session.setup.keys) <= _FEW else {}
    lines = []
    for key, name in session.setup.names.items():
        story = stories.get(key, "").partition(". ")[0].rstrip(".")
        lines.append(f"**{name}**" + (f"  \n{story}." if story else ""))
    names = Text("\n\n".join(lines))
    question = Text("Which method earns most?")
    return Scene({"question": lambda: question, "names": lambda: names})
