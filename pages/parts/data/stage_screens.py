"""The single screen of the Data page: a list of this browser's loops."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from engine import LearningLoop, PersonalizerError
from engine.evaluation.probability_parts import probability_parts
from engine.store import LoopInfo, LoopLibrary, world_codec
from pages.parts.charts.base import STAGE
from pages.parts.charts.belief_rows import belief_rows
from pages.parts.charts.beliefs import belief_spec
from pages.parts.components.browser_id import owner
from pages.parts.components.stage_presentation import Talk
from pages.parts.data.loop_rewards import (
    LoopRewards,
    has_sparkline,
    loop_rewards,
    mean_reward,
    sparkline,
)
from pages.parts.data.loops import headline
from pages.parts.scene.stage_chart import draw_stage_chart
from pages.parts.scene.stage_show import Screen, Show
from pages.parts.settings.known_worlds import world_of
from pages.parts.settings.loop_library_access import library
from pages.parts.settings.page_settings_base import no_link
from pages.parts.settings.shared_settings import SEED, WORLD
from pages.parts.text.format import counted, plain
from pages.parts.text.theme import is_dark

_ROWS = 5
"""Most loops on a screen, the last used first."""


def open_talk() -> Talk:
    """Return the talk about the loops of this browser."""
    no_link()
    show = partial(data_show, library(), owner())
    return Talk(show, leads_to="the sessions of whoever opens it")


def data_show(library: LoopLibrary, owner: str) -> Show:
    """Return a single screen with the list."""
    try:
        loops = [loop for loop in library.store.listed(owner) if isinstance(loop, LoopInfo)]
    except PersonalizerError as error:
        return Show.of([Screen("loops", partial(plain, error.message), lambda: None, "")])
    events = sum(loop.events for loop in loops)
    sentence = f"{counted(len(loops), 'session')}, taught by {counted(events, 'visitor')}."
    draw: Callable[[], None] = partial(_show, library, loops)
    if not loops:
        sentence = "The first answer on Play starts a session. Each begins without knowledge."
        draw = _show_beginning
    note = "Every event is saved before it counts. The sessions that were used last are shown."
    return Show.of([Screen("loops", lambda: sentence, draw, note)])


def _show_beginning() -> None:
    """Draw the beliefs of a new session about a visitor."""
    world, loop = world_of(WORLD.default), LearningLoop(seed=SEED.default)
    ranked = loop.preview(world.actions, world.features(world.contexts[0]))
    parts = probability_parts(ranked, loop.settings.policy)
    draw_stage_chart(
        belief_rows(world, is_dark(), ranked, parts, moment="asked", size=STAGE),
        belief_spec(world, is_dark(), "chance of offer", size=STAGE),
        key="beginning",
        alt="Beliefs of a new session: all offers are alike",
    )


def _show(library: LoopLibrary, loops: Sequence[LoopInfo]) -> None:
    """Draw the latest sessions with their curves; without any curve the last session alone, and a
    picture, for which several rows leave no room."""
    rewards = [loop_rewards(library, loop) for loop in loops[:_ROWS]]
    has_curves = any(map(has_sparkline, rewards))
    with st.container(key="stage-loops"):
        for loop, earned in zip(loops, rewards if has_curves else rewards[:1], strict=False):
            _show_row(loop, earned)
    if not has_curves:
        st.markdown("Each session begins without knowledge:")
        _show_beginning()


def _show_row(loop: LoopInfo, rewards: LoopRewards | None) -> None:
    world = world_codec.from_text(loop.world)
    with st.container(horizontal=True, vertical_alignment="center", key=f"stage-{loop.id}"):
        st.markdown(headline(loop.name, world))
        st.markdown(counted(loop.events, "visitor"))
        st.markdown(mean_reward(rewards, world))
        st.html(sparkline(rewards.curve, world) if rewards else "<div></div>")
