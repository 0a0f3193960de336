"""What the three loops did, from the one sentence down to every event."""

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from engine.evaluation.matching import LATEST, RECENT_EVENTS
from engine.evaluation.switch_value import SwitchValue
from engine.experiments.comparison import ARMS
from engine.worlds import key_of
from pages.parts.charts import comparison as charts
from pages.parts.charts.labelled import span_of
from pages.parts.compare.board_words import sentences
from pages.parts.compare.history import MAX_SWITCHES
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import (
    ARM_NAMES,
    a_visitor,
    came_alone,
    over_today,
    prepared,
    situation,
    summary,
)
from pages.parts.download import download_rows
from pages.parts.glossary import explained, meanings
from pages.parts.picture import pair, picture
from pages.parts.table import show_rows
from pages.parts.text import counted, note, percent, section
from pages.parts.theme import is_dark
from pages.parts.toolbar import shortcut, show_progress

Rows = Sequence[Mapping[str, float]]

_MEANS = {"Apprentice": "apprentice", "Today's rules": "baseline",
          "Online from the start": "online"}  # fmt: skip
"""Columns of mean rewards in the table of periods, with their arms."""

_MATCH_HELP = meanings("match", "ceiling")
_AGAINST = " Below the means: over today's rules, with 95 % intervals."
_COST_HELP = (
    "Visitors who gave a lower reward than the very same visitor, with the same luck, gave "
    "today's rules."
)
_BOARD_HELP = (
    "Of the apprentice since it went online; while it watches, of the loop that is online from the "
    "start. The intervals of all segments hold together (Bonferroni)."
)
_WHY = "why"
"""Key of what lies behind the numbers, and whether it is open."""
_OUTLOOK_HELP = (
    "The log holds rewards of what today's rules chose only. Where the apprentice would choose the "
    "same, its reward is known; elsewhere it could be anything: that is the band, with 95 % limits "
    "for chance. The belief is the reward head's own, with two standard deviations."
)


def show_situation(session: CompareSession) -> None:
    """What is going on, the button, and four numbers."""
    comparison = session.comparison
    with st.container(border=True, key="situation"):
        said, button = st.columns([4, 1.15], vertical_alignment="center")
        told = situation(session)
        said.markdown(told, help=explained(told))
        watching = comparison.is_apprentice
        button.button(
            "Go online" if watching else "Back to watching",
            key="switch",
            type="primary" if watching and not session.waits_for_start else "secondary",
            icon=":material/rocket_launch:" if watching else ":material/visibility:",
            shortcut=shortcut("O"),
            width="stretch",
            on_click=session.switch,
            disabled=not session.can_switch,
            help=f"Up to {MAX_SWITCHES} times; then reset." if watching else None,
        )
    show_numbers(session)


def show_numbers(session: CompareSession) -> None:
    """How alike they choose, and what each of the three earns; above it how many came, or come."""
    recent, latest = session.comparison.record.performance(RECENT_EVENTS), session.latest()
    since = f" The means are of those since it went online, after {latest.start:,}."
    with st.container(key="came"):
        if session.live.waiting:
            show_progress(session.live)
        else:
            met = session.alone()
            step = f" {came_alone(session.world, met)}" if met else ""
            told = f"{counted(latest.end, 'visitor')} came.{since if latest.start else ''}"
            note(f"{told}{_AGAINST if latest.uplift('online') else ''}{step}")
    with st.container(key="numbers"):
        columns = st.columns(4, gap="small")
    with columns[0]:
        st.metric(
            f"Match, last {RECENT_EVENTS}",
            percent(recent.match_rate),
            f"expected ceiling {percent(recent.highest_match_rate)}",
            delta_color="off",
            delta_arrow="off",
            help=_MATCH_HELP,
        )
    for column, (arm, name) in zip(columns[1:], ARM_NAMES.items(), strict=True):
        mean, uplift = latest.mean(arm), latest.uplift(arm)
        with column:
            st.metric(
                f"{name} {'earn' if arm == 'baseline' else 'earns'}",
                "–" if math.isnan(mean) else f"{mean:.2f}",
                over_today(uplift) if arm != "baseline" else a_visitor(session.world, mean),
                delta_color="normal" if uplift and uplift.low > 0 else "off",
                delta_arrow="off",
            )


def offer_start(session: CompareSession) -> None:
    """What a link tells comes about once a person says so."""
    with st.container(border=True, key="prepared"):
        said, button = st.columns([4, 1.15], vertical_alignment="center")
        said.markdown(prepared(session))
        button.button(
            "Start",
            key="start-story",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=session.start,
        )


def show_lines(session: CompareSession, match: Rows, arms: Rows) -> None:
    """Does it choose like today's rules, and what do visitors get?"""
    dark, truth, switches = is_dark(), session.setup.truth, session.switches
    span = span_of(len(session.comparison))
    left, right = pair("answers")
    with left:
        section("Does it choose as today's rules?", help=_MATCH_HELP)
        picture(
            charts.match_rows(match, switches),
            charts.match_spec(dark, span, bool(switches)),
            key=f"chart-match-{span}",
            alt=f"Match rate of the apprentice over the visitors: {_last(match, 'recent')}; "
            f"the expected ceiling is {_last(match, 'ceiling')}",
        )
    with right:
        section("What do visitors give?")
        best = (session.world.best_value, span) if truth else None
        picture(
            charts.reward_rows(arms, switches, best),
            charts.reward_spec(dark, span, bool(switches), truth),
            key=f"chart-arms-{span}-{truth}",
            alt="Mean reward of the three loops over the visitors: "
            + "; ".join(f"{arm} {_last(arms, arm)}" for arm in ARMS),
        )
        _move_the_switch(session, span)


def _last(rows: Rows, column: str) -> str:
    return f"{rows[-1][column]:.2f}" if rows else "nothing yet"


def _move_the_switch(session: CompareSession, span: int) -> None:
    """A handle below the time axis: the same visitors again, with the switch elsewhere."""
    came, at = len(session.comparison), next(iter(session.switches), span)
    with st.container(key="handle"):
        if not came or session.is_live or session.is_restoring:
            return
        after = st.slider(
            "Online after visitor (at the right end: never)",
            0,
            span,
            at,
            key=f"online-after-{span}-{at}",
            help="At the right end the apprentice only watches.",
        )
        st.button(
            "Replay with the switch there",
            key="replay",
            icon=":material/replay:",
            on_click=session.go_online_after,
            args=(after,),
            disabled=after == at,
            help="The same visitors come again, with the same luck.",
        )


def show_gains(session: CompareSession, arms: Rows) -> None:
    """What the cold start costs, and when it is paid back."""
    if not arms:
        return
    dark, span, switches = is_dark(), span_of(len(session.comparison)), session.switches
    left, right = pair("gains")
    with left:
        section("Served worse than by today's rules", help=_COST_HELP)
        _, top = charts.bounds_of(arms, "_worse")
        picture(
            charts.sum_rows(arms, switches, "_worse", (0, top)),
            charts.cost_spec(dark, span, bool(switches), top),
            key=f"chart-cost-{span}-{top}",
            alt="Visitors served worse than by today's rules, over the visitors: "
            f"apprentice {arms[-1]['apprentice_worse']:,.0f}; online from the start "
            f"{arms[-1]['online_worse']:,.0f}",
        )
    with right:
        section("Rewards gained over today's rules")
        low, high = charts.bounds_of(arms, "_gain")
        picture(
            charts.sum_rows(arms, switches, "_gain", (low, high)),
            charts.gain_spec(dark, span, bool(switches), low, high),
            key=f"chart-gain-{span}-{low}-{high}",
            alt="Rewards gained over today's rules, over the visitors: "
            f"apprentice {arms[-1]['apprentice_gain']:,.0f}; online from the start "
            f"{arms[-1]['online_gain']:,.0f}",
        )


def asks_why() -> bool:
    """Whether what lies behind the numbers is looked at, before it is drawn."""
    return bool(st.session_state.get(_WHY))


def show_why(session: CompareSession, arms: Rows, outlook: SwitchValue | None) -> None:
    """What lies behind the numbers, for whoever asks."""
    with st.expander("Why", icon=":material/help:", key=_WHY, on_change="rerun") as box:
        if box.open:
            show_gains(session, arms)
            show_outlook(session, outlook)
            show_summary(session)


def show_outlook(session: CompareSession, outlook: SwitchValue | None) -> None:
    """What a switch would bring, or what was foreseen of it; and where it matches."""
    slices = session.comparison.record.slices(LATEST)
    if not slices:
        return
    left, right = pair("outlook")
    with left:
        watching = session.comparison.is_apprentice
        title = "If it went online now" if watching else "What was foreseen, and what came"
        section(title, help=_OUTLOOK_HELP)
        if outlook is not None:
            reveals = session.setup.truth and watching
            truth = session.comparison.value_online() if reveals else None
            picture(
                charts.outlook_rows(outlook, truth, session.earned_since()),
                charts.outlook_spec(is_dark()),
                key="chart-outlook",
                alt="Band in which the mean reward would lie if the apprentice went online: "
                f"{outlook.low_limit:.2f} to {outlook.high_limit:.2f}",
            )
            note(_outlook_in_words(outlook, watching))
    with right:
        section("Where it agrees", help=f"Over the latest {LATEST:,} it watched.")
        picture(
            charts.slices_rows(slices, session.world),
            charts.slices_spec(is_dark(), len(session.world.segments())),
            key=f"chart-slices-{key_of(session.world)}",
            alt="Expected agreement with today's rules, for each value of the context: "
            + "; ".join(f"{k} {percent(m.expected_agreement)}" for k, m in slices.items()),
        )


def _outlook_in_words(outlook: SwitchValue, watching: bool) -> str:
    would, could = ("would", "could") if watching else ("were to", "might")
    return (
        f"{percent(outlook.same)} of visitors {would} get what they got before. From the log alone "
        f"the mean reward {could} be anything from {outlook.low_limit:.2f} to "
        f"{outlook.high_limit:.2f}; today's rules earned {outlook.today:.2f}."
        + ("" if watching else " It went on learning, so what came may lie above.")
    )


def _show_for_the_board(session: CompareSession) -> None:
    """What whoever pays for it asks, a sentence each."""
    if told := sentences(session):
        section("For the board", help=_BOARD_HELP)
        st.markdown("\n".join(f"- {sentence}" for sentence in told))


def show_summary(session: CompareSession) -> None:
    """What a presenter can read out, period by period, and every event to take away."""
    with st.container(border=True, key="summary"):
        section("Summary")
        st.markdown(summary(session))
        _show_for_the_board(session)
        comparison = session.comparison
        if not len(comparison):
            return
        rows = [
            {
                "Mode": stretch.mode.replace("_", " "),
                "After visitor": stretch.start,
                "Visitors": stretch.matching.events,
                "Same choice as today's rules": 100 * stretch.matching.match_rate,
                **{name: stretch.mean(arm) for name, arm in _MEANS.items()},
            }
            for stretch in comparison.stretches()
        ]
        number = st.column_config.NumberColumn
        formats = {"Same choice as today's rules": "%.0f\u00a0%%", **dict.fromkeys(_MEANS, "%.2f")}
        show_rows(
            rows,
            key="segments",
            column_config={name: number(format=format) for name, format in formats.items()},
        )
        download_rows(
            f"Download {len(comparison):,} visitors as CSV",
            session.table,
            key="compare-csv",
            name=f"compare-{key_of(session.world)}-seed-{session.setup.seed}",
        )
