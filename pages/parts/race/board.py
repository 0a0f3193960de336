"""What came of a race, from the one sentence down to every run."""

import math
from collections.abc import Iterator, Mapping

import streamlit as st

from engine import LoopSettings
from engine.evaluation.intervals import Estimate
from engine.worlds import key_of
from pages.parts.charts import race as charts
from pages.parts.charts.curves import span_of
from pages.parts.download import as_cells, download_csv
from pages.parts.play.hypotheses import in_words
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.race.wording import RECOVERY_HELP, progress_of, recovery_in_words, verdict
from pages.parts.text import counted, note
from pages.parts.theme import is_dark

OURS = "ours"
_REWARD_HELP = (
    "Mean over the crowds. The band holds all but the lowest and the highest tenth of them."
)
_REGRET_HELP = (
    "Regret: what the best action for each visitor is expected to earn, less what the one that "
    "was shown is. Only the simulation can know it. A line that turns flat has stopped losing."
)
_SEGMENT_HELP = (
    "What one visitor with this value loses on average, over the whole race. A contender can be "
    "good overall and bad for some."
)
_WEIGHT_HELP = (
    "Ours runs several hypotheses side by side and weighs each by how well it foretold every "
    "reward before it came. Mean over the crowds."
)


def show_line_up(setup: RaceSetup) -> None:
    """Who races, and how each of them chooses."""
    names, stories = list(setup.names.items()), setup.stories
    for first in range(0, len(names), 2):
        for column, (key, name) in zip(st.columns(2), names[first : first + 2], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{name}**  \n:small[:gray[{stories[key]}]]")


def show_situation(session: RaceSession) -> None:
    """How far the race is, or how it ended."""
    known = session.known
    if session.is_live:
        st.progress(len(known) / known.plan.runs, progress_of(session))
        return
    with st.container(border=True, key="verdict"):
        st.markdown(verdict(session))
    if not session.is_current:
        note("What is set has changed since: these are the results of the race before.")


def show_curves(session: RaceSession) -> None:
    """Who is ahead, visitor by visitor."""
    known, entries, dark = session.known, tuple(session.shown.names.items()), is_dark()
    plan = known.plan
    window = max(1, known.window * plan.visitors // len(plan.points))
    rewards = {key: known.recent(key) for key in known.keys}
    regrets = {key: known.regret(key) for key in known.keys}
    top = span_of(max(float(band.high.max()) for band in regrets.values()))
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"##### What visitors give. Seed {plan.seed}", help=_REWARD_HELP)
        st.vega_lite_chart(
            charts.band_rows(plan, rewards, entries),
            charts.reward_spec(dark, plan.visitors, window, entries),
            key=f"chart-race-reward-{plan.visitors}-{hash(entries)}",
            alt="Mean reward of each contender over the visitors, with its band",
        )
    with right:
        st.markdown("##### What is lost", help=_REGRET_HELP)
        st.vega_lite_chart(
            charts.band_rows(plan, regrets, entries),
            charts.regret_spec(dark, plan.visitors, top, entries),
            key=f"chart-race-regret-{plan.visitors}-{top}-{hash(entries)}",
            alt="Cumulative regret of each contender over the visitors, with its band",
        )


def show_table(session: RaceSession) -> None:
    """The figures, with what chance may have moved."""
    st.markdown(
        f"##### After {counted(len(session.known.shared), 'crowd')}",
        help="In brackets, 95 % intervals: they hold the true mean in 95 of 100 races (Student's "
        "t over the crowds). Crowds won: those in which nobody earned more; a tie is shared.",
    )
    st.dataframe(
        as_cells(_table_rows(session)),
        hide_index=True,
        key="race-table",
        column_config={
            "Mean reward": st.column_config.TextColumn(width="medium"),
            "Crowds won": st.column_config.NumberColumn(format="percent"),
            "Regret": st.column_config.TextColumn(width="medium"),
            "Back after": st.column_config.TextColumn(help=RECOVERY_HELP),
        },
    )


def _table_rows(session: RaceSession) -> Iterator[Mapping[str, object]]:
    raced, names = session.shown, session.shown.names
    for final in session.known.finals():
        back = {"Back after": recovery_in_words(final.recovery)}
        yield {
            "Contender": names[final.contender],
            "Mean reward": _within(final.reward, 3),
            "Crowds won": final.won,
            "Regret": _within(final.regret, 0),
            **(back if raced.drift == "halfway" else {}),
        }


def _within(value: Estimate, digits: int) -> str:
    mean = f"{value.mean:,.{digits}f}"
    if math.isnan(value.low):
        return mean
    return f"{mean}  ({value.low:,.{digits}f} to {value.high:,.{digits}f})"


def show_finals(session: RaceSession) -> None:
    """Who earns most, and for whom each contender is good or bad."""
    known, entries, dark = session.known, tuple(session.shown.names.items()), is_dark()
    world = known.plan.world
    segments = known.segments()
    top = charts.tenths_above(segment.regret.mean for segment in segments)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("##### Who earns most")
        st.vega_lite_chart(
            charts.finals_rows(known.finals(), entries),
            charts.finals_spec(dark, entries),
            key=f"chart-race-finals-{hash(entries)}",
            alt="Mean reward of each contender with its 95 % interval, the highest first",
        )
    with right:
        st.markdown("##### For whom is it lost?", help=_SEGMENT_HELP)
        st.vega_lite_chart(
            charts.segments_rows(segments, entries, world),
            charts.segments_spec(dark, len(world.segments()), top, entries),
            key=f"chart-race-segments-{key_of(world)}-{top}-{hash(entries)}",
            alt="Regret a visitor of each contender, for each value of the context",
        )


def show_weights(session: RaceSession) -> None:
    """What ours believes of its hypotheses."""
    known = session.known
    weights = known.weights(OURS) if OURS in known.keys else {}
    if not weights:
        return
    st.markdown("##### Ours: which hypothesis is believed", help=_WEIGHT_HELP)
    names, span = {h.key: in_words(h) for h in LoopSettings().compared}, known.plan.visitors
    st.vega_lite_chart(
        charts.weights_rows(known.plan, {names[key]: w for key, w in weights.items()}),
        charts.weights_spec(is_dark(), span, tuple(names.values())),
        key=f"chart-race-weights-{span}",
        alt="Weight of each hypothesis over the visitors",
    )


def show_who_is_who(session: RaceSession) -> None:
    """The line-up again, for whoever wonders."""
    with st.expander("Who is who", icon=":material/groups:", key="who", on_change="rerun") as box:
        if box.open:
            show_line_up(session.shown)


def show_take_away(session: RaceSession) -> None:
    """All of it as CSV."""
    if session.is_live:
        return
    known, plan = session.known, session.known.plan
    parts = {
        "curves": ("Curves as CSV", known.curve_rows),
        "runs": ("Every run as CSV", known.run_rows),
    }
    with st.container(horizontal=True):
        for part, (label, rows) in parts.items():
            name = f"race-{key_of(plan.world)}-seed-{plan.seed}-{part}"
            download_csv(label, rows, key=f"race-csv-{part}", name=name)
