"""What the engine has learned: the map of contexts, rewards and regret over time."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.metrics import RECENT, LearningCurve
from pages.parts.charts import contexts, curves
from pages.parts.controls import show_progress
from pages.parts.look import is_dark, note
from pages.parts.session import PlaySession

_MAP_HELP = (
    "Each cell is a context, coloured by the action favoured there: the stronger, the more "
    "probable. The frame is where we are. Dots: the truly best action, once revealed."
)
_REGRET_HELP = (
    "How much expected reward was lost against always offering the best action. "
    "Only a simulated world can know."
)


def show_map(session: PlaySession, favoured: Sequence[Mapping[str, Any]]) -> None:
    """Every context at a glance, filling in as rewards arrive."""
    world = session.world
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("##### What it has learned", help=_MAP_HELP, width="content")
        st.toggle("Reveal the truth", key="truth")
    st.vega_lite_chart(
        contexts.map_rows(world, favoured, session.context, session.setup.truth),
        contexts.map_spec(world, is_dark()),
        key="chart-map",
        alt="Map of all contexts, coloured by the action the engine favours there",
    )


def show_score(session: PlaySession, curve: LearningCurve) -> None:
    """Three numbers, and how far the crowd has come."""
    visitors, mean, recent = st.columns(3, wrap=False)
    visitors.metric("Visitors", f"{len(curve):,}")
    mean.metric("Mean reward", f"{curve.mean_reward:.2f}" if len(curve) else "–")
    recent.metric(f"Last {RECENT}", f"{curve.recent_reward:.2f}" if len(curve) else "–")
    show_progress(session)


def show_curves(session: PlaySession, curve: LearningCurve) -> None:
    """Rewards over time; what could have been had only with the truth."""
    points = list(curve.rows())
    if not points:
        return
    truth, dark, seed = session.setup.truth, is_dark(), session.loop.seed
    span = curves.span_of(len(curve))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"##### Mean reward, seed {seed}")
        st.vega_lite_chart(
            curves.reward_rows(session.world, points, span, truth),
            curves.reward_spec(dark, span, truth),
            key=f"chart-reward-{span}-{truth}",
            alt="Mean reward over the visitors",
        )
    with right:
        st.markdown(f"##### Cumulative regret, seed {seed}", help=_REGRET_HELP)
        if not truth:
            note("Regret is measured against the hidden truth. Reveal the truth to see it.")
            return
        top = curves.span_of(max(points[-1]["regret"], points[-1]["uniform_regret"]))
        st.vega_lite_chart(
            curves.regret_rows(points),
            curves.regret_spec(dark, span, top),
            key=f"chart-regret-{span}-{top}",
            alt="Cumulative regret over the visitors",
        )
