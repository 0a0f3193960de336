"""Talk on the Race page: contenders, final rewards, curves and losses."""

from functools import partial

import streamlit as st

from pages.parts.charts.base import STAGE
from pages.parts.charts.map_axes import stage_axes_of
from pages.parts.charts.truth_map import truth_rows, truth_spec
from pages.parts.components.stage_presentation import Talk
from pages.parts.race import controls
from pages.parts.race.page_content import scene_of
from pages.parts.race.page_settings import RaceSetup
from pages.parts.race.session import RaceSession
from pages.parts.scene.part_types import FigureStyle
from pages.parts.scene.stage import screen
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Screen, Show, Stage
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.page_settings_base import current_setup, open_link, write_link
from pages.parts.text.format import plain
from pages.parts.text.theme import is_dark
from pages.parts.work.race_pool import race_queue
from pages.parts.work.session_singletons import session_of


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
    """Return the screens about the race of this session; a race that was begun in advance does not
    hold up the step from the line-up."""
    scene = scene_of(session, FigureStyle(is_dark(), STAGE))
    return Show.of(
        [
            Screen(
                "line-up",
                partial(_say_line_up, session),
                partial(_draw_line_up, session),
                "Ask the audience for its bets. Count raised hands with the keys 1 to 9. "
                f"Next: the race.\n{_stories(session)}",
                list(session.setup.names.values()),
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
        session.is_live and Stage.in_link().screen not in {"", "line-up"},
    )  # fmt: skip


def _start(session: RaceSession) -> None:
    """Start the race unless the displayed results have the same settings."""
    if not session.is_current:
        session.start(session.setup, None)


def _say_line_up(session: RaceSession) -> str:
    drifts = session.setup.drift == "halfway"
    return f"Which method earns most{', if tastes change halfway' if drifts else ''}?"


def _draw_line_up(session: RaceSession) -> None:
    """Draw the contenders' names above the map of best offers, which they have to find."""
    world = world_of(session.setup.world)
    axes = stage_axes_of(world)
    names = "  ·  ".join(f"**{plain(name)}**" for name in session.setup.names.values())
    with st.container(key="stage-line-up"):
        st.markdown(f"{names}. Hidden from all of them: the best offers.")
    draw_stage_chart(
        truth_rows(world, axes, world.contexts[0]),
        truth_spec(world, is_dark(), axes, STAGE),
        key="line-up",
        alt=f"Map of the best offers: {plain(world.title)}",
    )


def _stories(session: RaceSession) -> str:
    """Return the first sentence of each contender's story."""
    return "\n".join(
        f"{name}: {session.setup.stories.get(key, '').partition('. ')[0].rstrip('.')}."
        for key, name in session.setup.names.items()
    )
