"""What the three loops did, from the one sentence down to every event."""

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from engine.evaluation.matching import LATEST, RECENT_EVENTS
from engine.evaluation.switch_value import SwitchValue
from engine.experiments.comparison import ARMS
from engine.worlds import key_of
from pages.parts.charts import comparison as charts
from pages.parts.charts.curves import span_of
from pages.parts.compare.history import MAX_SWITCHES
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import prepared, situation, summary
from pages.parts.download import as_cells, download_csv
from pages.parts.text import note, percent
from pages.parts.theme import is_dark

Rows = Sequence[Mapping[str, float]]

_MEANS = {"Apprentice": "apprentice", "Today's choice": "baseline",
          "Online from the start": "online"}  # fmt: skip
"""Columns of mean rewards in the table of periods, with their arms."""

_MATCH_HELP = (
    "Match: the apprentice's own choice, drawn before the visitor was learned from, is what is "
    "shown today. Expected agreement: how likely that was, without the luck of the draw. "
    "Ceiling: a policy that leaves some choices to chance cannot match always; with a share e "
    "left to chance among K actions it reaches (1 - e) + e/K at most."
)
_RATIO_HELP = (
    "Reward achievement ratio: the rewards of the visitors where both chose the same, as a share "
    f"of all rewards, over the latest {LATEST:,}. It says how alike they choose, not what the "
    "apprentice would earn alone."
)
_COST_HELP = (
    "Visitors who gave a lower reward than the very same visitor, with the same luck, gave "
    "today's choice."
)
_OUTLOOK_HELP = (
    "The log holds rewards of today's choice only. Where the apprentice would choose the same, "
    "its reward is known; elsewhere it could be anything: that is the band, with 95 % limits for "
    "chance. The belief is the reward head's own, with two standard deviations."
)


def show_situation(session: CompareSession) -> None:
    """What is going on, the button, and four numbers."""
    comparison, record = session.comparison, session.comparison.record
    recent, latest = record.performance(RECENT_EVENTS), record.performance(LATEST)
    with st.container(border=True, key="situation"):
        said, button = st.columns([4, 1.15], vertical_alignment="center")
        said.markdown(situation(session))
        watching = comparison.is_apprentice
        button.button(
            ":primary[**Go online**]" if watching else "Back to watching",
            key="switch",
            icon=":material/rocket_launch:" if watching else ":material/visibility:",
            shortcut="O",
            width="stretch",
            on_click=session.switch,
            disabled=not session.can_switch,
            help=f"Up to {MAX_SWITCHES} times; then reset." if watching else None,
        )
    with st.container(horizontal=True, key="numbers"):
        st.metric("Visitors", f"{len(comparison):,}", width=90)
        st.metric(f"Match, last {RECENT_EVENTS}", percent(recent.match_rate), width=130)
        st.metric("Its ceiling", percent(recent.highest_match_rate), width=95)
        st.metric(
            "Reward ratio", percent(latest.reward_achievement_ratio), help=_RATIO_HELP, width=135
        )
        for arm, name in zip(ARMS, ("Today", "Apprentice", "Online"), strict=True):
            earned = session.mean(arm)
            told = "–" if math.isnan(earned) else f"{earned:.2f}"
            st.metric(f"{name} earns", told, width=130)


def offer_start(session: CompareSession) -> None:
    """What a link tells comes about once a person says so."""
    with st.container(border=True, key="prepared"):
        said, button = st.columns([4, 1.15], vertical_alignment="center")
        said.markdown(prepared(session))
        button.button(
            ":primary[**Start**]",
            key="start-story",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=session.start,
        )


def show_lines(session: CompareSession, match: Rows, arms: Rows) -> None:
    """Does it choose like today's rule, and what do visitors get?"""
    dark, truth, seed = is_dark(), session.setup.truth, session.setup.seed
    span, switches = span_of(len(session.comparison)), session.switches
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"##### Does it choose as today's rule? Seed {seed}", help=_MATCH_HELP)
        st.vega_lite_chart(
            charts.match_rows(match, switches),
            charts.match_spec(dark, span),
            key=f"chart-match-{span}",
            alt="Match rate of the apprentice over the visitors, and its ceiling",
        )
    with right:
        st.markdown(f"##### What do visitors give? Seed {seed}")
        best = (session.world.best_value, span) if truth else None
        st.vega_lite_chart(
            charts.arm_rows(arms, switches, "", best),
            charts.reward_spec(dark, span, truth),
            key=f"chart-arms-{span}-{truth}",
            alt="Mean reward of the three loops over the visitors",
        )


def show_gains(session: CompareSession, arms: Rows) -> None:
    """What the cold start costs, and when it is paid back."""
    if not arms:
        return
    dark, span, switches = is_dark(), span_of(len(session.comparison)), session.switches
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("##### Who was served worse than today", help=_COST_HELP)
        _, top = charts.bounds_of(arms, "_worse")
        st.vega_lite_chart(
            charts.arm_rows(arms, switches, "_worse"),
            charts.cost_spec(dark, span, top),
            key=f"chart-cost-{span}-{top}",
            alt="Visitors served worse than today, over the visitors",
        )
    with right:
        st.markdown("##### Rewards gained on today's choice")
        low, high = charts.bounds_of(arms, "_gain")
        st.vega_lite_chart(
            charts.arm_rows(arms, switches, "_gain"),
            charts.gain_spec(dark, span, low, high),
            key=f"chart-gain-{span}-{low}-{high}",
            alt="Rewards gained on today's choice, over the visitors",
        )


def show_outlook(session: CompareSession, outlook: SwitchValue | None) -> None:
    """What a switch would bring, or what was foreseen of it; and where it matches."""
    slices = session.comparison.record.slices(LATEST)
    if not slices:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        watching = session.comparison.is_apprentice
        title = "If it went online now" if watching else "What was foreseen, and what came"
        st.markdown(f"##### {title}", help=_OUTLOOK_HELP)
        if outlook is not None:
            reveals = session.setup.truth and watching
            truth = session.comparison.value_online() if reveals else None
            st.vega_lite_chart(
                charts.outlook_rows(outlook, truth, session.earned_since()),
                charts.outlook_spec(is_dark()),
                key="chart-outlook",
                alt="Band in which the mean reward would lie if the apprentice went online",
            )
            note(_outlook_in_words(outlook, watching))
    with right:
        st.markdown("##### Where it agrees", help=f"Over the latest {LATEST:,} it watched.")
        st.vega_lite_chart(
            charts.slices_rows(slices, session.world),
            charts.slices_spec(is_dark(), len(session.world.segments())),
            key=f"chart-slices-{key_of(session.world)}",
            alt="Expected agreement with today's choice, for each value of the context",
        )


def _outlook_in_words(outlook: SwitchValue, watching: bool) -> str:
    would, could = ("would", "could") if watching else ("were to", "might")
    return (
        f"{percent(outlook.same)} of visitors {would} get what they got before. From the log alone "
        f"the mean reward {could} be anything from {outlook.low_limit:.2f} to "
        f"{outlook.high_limit:.2f}; today's choice earned {outlook.today:.2f}."
        + ("" if watching else " It went on learning, so what came may lie above.")
    )


def show_summary(session: CompareSession) -> None:
    """What a presenter can read out, period by period, and every event to take away."""
    with st.container(border=True, key="summary"):
        st.markdown("##### Summary")
        st.markdown(summary(session))
        comparison = session.comparison
        if not len(comparison):
            return
        rows = [
            {
                "Mode": stretch.mode.replace("_", " "),
                "After visitor": stretch.start,
                "Visitors": stretch.matching.events,
                "Same choice as today": stretch.matching.match_rate,
                **{name: stretch.mean(arm) for name, arm in _MEANS.items()},
            }
            for stretch in comparison.stretches()
        ]
        number = st.column_config.NumberColumn
        formats = {"Same choice as today": "percent", **dict.fromkeys(_MEANS, "%.3f")}
        st.dataframe(
            as_cells(rows),
            hide_index=True,
            key="segments",
            column_config={name: number(format=format) for name, format in formats.items()},
        )
        download_csv(
            f"Download {len(comparison):,} visitors as CSV",
            comparison.table,
            key="compare-csv",
            name=f"compare-{key_of(session.world)}-seed-{session.setup.seed}",
        )
