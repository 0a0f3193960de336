"""What the three loops did: the one sentence, four numbers, and how they came about."""

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from engine.evaluation.matching import RECENT_EVENTS
from engine.experiments.comparison import ARMS
from pages.parts.charts import comparison as charts
from pages.parts.charts.labelled import span_of
from pages.parts.compare.history import MAX_SWITCHES
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import (
    ARM_NAMES,
    a_visitor,
    beside_the_match,
    came_alone,
    over_today,
    prepared,
    situation,
)
from pages.parts.glossary import explained, meanings
from pages.parts.picture import pair, picture
from pages.parts.text import counted, note, percent, section
from pages.parts.theme import is_dark
from pages.parts.toolbar import shortcut, show_progress

Rows = Sequence[Mapping[str, float]]

_MATCH_HELP = meanings("match", "ceiling")
_AGAINST = " Below the means: over today's rules, with 95 % intervals."


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
            beside_the_match(session),
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
            f"a perfect copy would reach {_last(match, 'ceiling')}",
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
            # Without it the place would be gone, and all below would jump.
            when = "nobody is coming" if session.is_live else "visitors have come"
            note(f"The switch can be moved once {when}.")
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
