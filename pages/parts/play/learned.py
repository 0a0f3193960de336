"""What the engine has learned: the map of contexts, rewards and regret over time."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.evaluation.learning_curve import RECENT_VISITORS
from pages.parts.charts import context_map as contexts
from pages.parts.charts import curves
from pages.parts.play.open_loop import OpenLoop
from pages.parts.play.setup import PlaySetup
from pages.parts.text import note
from pages.parts.theme import is_dark

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


def show_map(opened: OpenLoop, favoured: Sequence[Mapping[str, Any]], truth: bool) -> None:
    """Every context at a glance, filling in as rewards arrive."""
    st.vega_lite_chart(
        contexts.map_rows(opened.world, favoured, opened.context, truth),
        contexts.map_spec(opened.world, is_dark()),
        key="chart-map",
        alt="Map of all contexts, coloured by the action the engine favours there",
    )


def show_score(curve: curves.Curve) -> None:
    """Three numbers: the end of the curve."""
    with st.container(horizontal=True):
        st.metric("Visitors", f"{curve[-1]['visitor']:,.0f}" if curve else "0")
        st.metric("Mean reward", f"{curve[-1]['mean']:.2f}" if curve else "–")
        st.metric(f"Of last {RECENT_VISITORS}", f"{curve[-1]['recent']:.2f}" if curve else "–")


def show_rewards(opened: OpenLoop, curve: curves.Curve, truth: bool) -> None:
    """The mean reward over time; what could have been had is drawn only with the truth."""
    if not curve:
        return
    span = curves.span_of(curve[-1]["visitor"])
    told = f"Mean reward over the visitors, seed {opened.loop.seed}"
    note(told)
    st.vega_lite_chart(
        curves.reward_rows(opened.world, curve, span, truth),
        curves.reward_spec(is_dark(), span, truth),
        key=f"chart-reward-{span}-{truth}",
        alt=told,
    )


def show_regret(opened: OpenLoop, curve: curves.Curve, truth: bool) -> None:
    """What was lost against the best choice; only the truth can tell."""
    if not curve or not truth:
        return
    st.markdown(f"##### Cumulative regret, seed {opened.loop.seed}", help=_REGRET_HELP)
    span = curves.span_of(curve[-1]["visitor"])
    top = curves.span_of(max(curve[-1]["regret"], curve[-1]["uniform_regret"]))
    st.vega_lite_chart(
        curves.regret_rows(curve),
        curves.regret_spec(is_dark(), span, top),
        key=f"chart-regret-{span}-{top}",
        alt="Cumulative regret over the visitors",
    )
