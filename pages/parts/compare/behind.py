"""What lies behind Compare's numbers: what learning cost and gained, what a switch would bring, and
a summary to take along."""

import streamlit as st

from engine.evaluation.matching import LATEST
from engine.evaluation.switch_value import SwitchValue
from engine.worlds import key_of
from pages.parts.charts import comparison as charts
from pages.parts.charts.labelled import span_of
from pages.parts.compare.board import Rows
from pages.parts.compare.board_words import sentences
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import summary
from pages.parts.download import download_rows
from pages.parts.picture import pair, picture
from pages.parts.table import show_rows
from pages.parts.text import note, percent, section
from pages.parts.theme import is_dark

_MEANS = {"Apprentice": "apprentice", "Today's rules": "baseline",
          "Online from the start": "online"}  # fmt: skip
"""Columns of mean rewards in the table of periods, with their arms."""

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


def asks_why() -> bool:
    """Whether what lies behind the numbers is looked at, before it is drawn."""
    return bool(st.session_state.get(_WHY))


def show_why(session: CompareSession, arms: Rows, outlook: SwitchValue | None) -> None:
    """What lies behind the numbers, for whoever asks."""
    with st.expander("Why", icon=":material/help:", key=_WHY, on_change="rerun") as box:
        if box.open:
            _show_gains(session, arms)
            _show_outlook(session, outlook)
            _show_summary(session)


def _show_gains(session: CompareSession, arms: Rows) -> None:
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


def _show_outlook(session: CompareSession, outlook: SwitchValue | None) -> None:
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


def _show_summary(session: CompareSession) -> None:
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
