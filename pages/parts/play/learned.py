"""What the engine has learned: the map of contexts, rewards and regret over time."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.evaluation.learning_curve import RECENT, LearningCurve
from pages.parts.charts import context_map as contexts
from pages.parts.charts import curves
from pages.parts.play.session import PlaySession
from pages.parts.play.setup import PlaySetup
from pages.parts.text import note
from pages.parts.theme import is_dark
from pages.parts.toolbar import show_progress

_MAP_HELP = (
    "Each cell is a context, coloured by the action favoured there: the stronger, the more "
    "probable. The frame is where we are. Dots: the truly best action, once revealed."
)
_REGRET_HELP = (
    "How much expected reward was lost against always offering the best action. "
    "Only a simulated world can know."
)


def reveal_the_truth(setup: PlaySetup) -> None:
    """The heading of all that was learned, and whether the hidden truth stands beside it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("##### What it has learned", help=_MAP_HELP, width="content")
        setup.draw("truth")


def show_map(session: PlaySession, favoured: Sequence[Mapping[str, Any]]) -> None:
    """Every context at a glance, filling in as rewards arrive."""
    world = session.world
    st.vega_lite_chart(
        contexts.map_rows(world, favoured, session.context, session.setup.truth),
        contexts.map_spec(world, is_dark()),
        key="chart-map",
        alt="Map of all contexts, coloured by the action the engine favours there",
    )


def show_score(session: PlaySession, curve: LearningCurve) -> None:
    """Three numbers, how far the crowd has come, and the mean reward over time.

    What could have been had is drawn only with the truth.
    """
    with st.container(horizontal=True):
        st.metric("Visitors", f"{len(curve):,}")
        st.metric("Mean reward", f"{curve.mean_reward:.2f}" if len(curve) else "–")
        st.metric(f"Of last {RECENT}", f"{curve.recent_reward:.2f}" if len(curve) else "–")
    show_progress(session)
    if not len(curve):
        return
    truth, span = session.setup.truth, curves.span_of(len(curve))
    note(f"Mean reward over the visitors, seed {session.loop.seed}")
    st.vega_lite_chart(
        curves.reward_rows(session.world, list(curve.rows()), span, truth),
        curves.reward_spec(is_dark(), span, truth),
        key=f"chart-reward-{span}-{truth}",
        alt=f"Mean reward over the visitors, seed {session.loop.seed}",
    )


def show_regret(session: PlaySession, curve: LearningCurve) -> None:
    """What was lost against the best choice; only the truth can tell."""
    if not len(curve) or not session.setup.truth:
        return
    points, span = list(curve.rows()), curves.span_of(len(curve))
    st.markdown(f"##### Cumulative regret, seed {session.loop.seed}", help=_REGRET_HELP)
    top = curves.span_of(max(points[-1]["regret"], points[-1]["uniform_regret"]))
    st.vega_lite_chart(
        curves.regret_rows(points),
        curves.regret_spec(is_dark(), span, top),
        key=f"chart-regret-{span}-{top}",
        alt="Cumulative regret over the visitors",
    )
