"""What came of a race, from the one sentence down to every run."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import streamlit as st

from engine.experiments.race.standings import Final
from engine.worlds import key_of
from pages.parts.charts import race as charts
from pages.parts.charts.labelled import span_of
from pages.parts.download import download_rows
from pages.parts.glossary import explained, meanings
from pages.parts.money import scale_of
from pages.parts.picture import pair, picture
from pages.parts.race.session import RaceSession
from pages.parts.race.setup import RaceSetup
from pages.parts.race.wording import (
    RECOVERY_HELP,
    about_chance,
    about_hypotheses,
    in_markdown,
    measured,
    progress_of,
    recovery_in_words,
    verdict,
)
from pages.parts.table import show_rows
from pages.parts.text import counted, note, plain, section
from pages.parts.theme import is_dark

_REGRET_HELP = f"{meanings('regret')} A line that turns flat has stopped losing."
_SEGMENT_HELP = (
    "What one visitor with this value loses on average, over the whole race. A contender can be "
    f"good overall and bad for some.\n\n{meanings('segment')}"
)
_INTERVALS_HELP = (
    "In brackets, 95 % intervals: they hold the true mean in 95 of 100 races (Student's t over "
    "the crowds)."
)
_TABLE_HELP = "Crowds won: those in which nobody earned more; a tie is shared."


def show_line_up(setup: RaceSetup) -> None:
    """Who races, and how each of them chooses."""
    names, stories = list(setup.names.items()), setup.stories
    for first in range(0, len(names), 2):
        for column, (key, name) in zip(st.columns(2), names[first : first + 2], strict=False):
            with column.container(border=True, height="stretch"):
                told = f"**{name}**  \n:small[:gray[{stories[key]}]]"
                st.markdown(in_markdown(setup, told), help=explained(told))


def show_before(setup: RaceSetup) -> None:
    """What stands there before anybody has met a crowd."""
    with st.container(key="line-up"):
        section("The line-up")
        show_line_up(setup)


def show_progress(session: RaceSession) -> None:
    """How far the race is."""
    known = session.known
    st.progress(len(known) / known.plan.runs, progress_of(session))


def show_former_verdict(session: RaceSession) -> None:
    """How a race ended that is not the one that is set any more."""
    if session.is_live or session.is_current:
        return
    with st.container(border=True, key="verdict"):
        st.markdown(verdict(session))
        note("What is set has changed since: these are the results of the race before.")


def show_leaders(session: RaceSession) -> None:
    """Who earns most, and beside it how it came to that."""
    left, right = pair("leaders")
    with left:
        _show_finals(session)
        for sentence in (about_chance(session), about_hypotheses(session)):
            if sentence:
                st.markdown(sentence)
    with right:
        _show_rewards(session)


def _show_finals(session: RaceSession) -> None:
    known, entries = session.known, tuple(session.shown.names.items())
    finals, names = known.finals(), session.shown.names
    top, raced = end_of_finals(finals), tuple(e for e in entries if e[0] in known.keys)
    one_run, once = session.shown.one_run is not None, is_one_crowd(finals)
    section("Who earns most")
    picture(
        charts.finals_rows(finals, entries, session.bet),
        charts.finals_spec(is_dark(), top, raced, one_run=once),
        key=f"chart-race-finals-{top}-{once}-{hash(raced)}",
        alt=f"Mean reward of each contender{'' if once else ' with its 95 % interval'}, the "
        "highest first: "
        + "; ".join(f"{names[f.contender]} {measured(f.reward, 3)}" for f in finals),
    )
    unit = plain(scale_of(known.plan.world))
    if one_run:
        told = f"One run: the {known.plan.visitors:,} visitors whom you served, seed"
        note(f"{told} {known.plan.seed}, with the same luck. {unit}".rstrip())
        return
    if once:
        note(f"One crowd, seed {known.plan.seed}, is luck; many are a result. {unit}".rstrip())
        return
    crowds = counted(len(known.shared), "crowd")
    note(
        f"Mean over {crowds}, seed {known.plan.seed}. The thin line is the 95 % interval: how far "
        f"chance may have moved the mean. {unit}".rstrip()
    )


def is_one_crowd(finals: Iterable[Final]) -> bool:
    """Whether nothing tells yet how far chance may have moved any mean."""
    return all(math.isnan(final.reward.low) for final in finals)


def end_of_finals(finals: Sequence[Final]) -> float:
    """End of an axis that holds all means with their intervals, as far as they have one."""
    highs = [f.reward.mean if math.isnan(f.reward.high) else f.reward.high for f in finals]
    return charts.tenths_above(highs)


def _show_rewards(session: RaceSession) -> None:
    known, entries = session.known, tuple(session.shown.names.items())
    plan, names = known.plan, session.shown.names
    window = known.latest_visitors
    bands = {key: known.recent(key) for key in known.keys}
    section("What visitors give")
    picture(
        charts.band_rows(plan, bands, entries, 1.04, banded(session)),
        charts.reward_spec(is_dark(), plan.visitors, window, entries, plan.drift == "halfway"),
        key=f"chart-race-reward-{plan.visitors}-{hash(entries)}",
        alt="Mean reward of each contender over the visitors, in the end: "
        + "; ".join(f"{names[key]} {band.mean[-1]:.2f}" for key, band in bands.items()),
    )
    if is_one_crowd(known.finals()):
        return
    drawn = in_markdown(session.shown, " and ".join(names[key] for key in banded(session)))
    note(
        f"{drawn}: between the dotted lines lie all crowds but the lowest and the highest tenth. "
        "How sure the mean is, the thin lines of *Who earns most* say."
    )


def banded(session: RaceSession) -> list[str]:
    """Contenders whose bands are drawn: the leader, and the bet."""
    finals = session.known.finals()
    shown = [finals[0].contender, session.bet] if finals else []
    return [key for key in session.known.keys if key in shown]


def show_losses(session: RaceSession) -> None:
    """What is lost, and for whom."""
    known, entries, dark = session.known, tuple(session.shown.names.items()), is_dark()
    plan, names, world = known.plan, session.shown.names, known.plan.world
    bands, segments = {key: known.regret(key) for key in known.keys}, known.segments()
    end = span_of(max(float(band.high.max()) for band in bands.values()), 10)
    top = charts.tenths_above(segment.regret.mean for segment in segments)
    once = is_one_crowd(known.finals())
    left, right = pair("losses")
    with left:
        section("What is lost", help=_REGRET_HELP)
        picture(
            charts.band_rows(plan, bands, entries, end, banded(session)),
            charts.regret_spec(dark, plan.visitors, end, entries, plan.drift == "halfway"),
            key=f"chart-race-regret-{plan.visitors}-{end}-{hash(entries)}",
            alt="Cumulative regret of each contender over the visitors, in the end: "
            + "; ".join(f"{names[key]} {band.mean[-1]:,.0f}" for key, band in bands.items()),
        )
    with right:
        section("For whom is it lost?", help=_SEGMENT_HELP)
        picture(
            charts.segments_rows(segments, entries, world),
            charts.segments_spec(dark, len(world.segments()), top, entries, once),
            key=f"chart-race-segments-{key_of(world)}-{top}-{once}-{hash(entries)}",
            alt="Regret a visitor of each contender, for each value of the context: "
            + "; ".join(f"{names[s.contender]}, {s.value}, {s.regret.mean:.2f}" for s in segments),
        )


def show_table(session: RaceSession) -> None:
    """The figures, with what chance may have moved."""
    with st.expander(
        "All figures", icon=":material/table:", key="figures", on_change="rerun"
    ) as box:
        if not box.open:
            return
        once = is_one_crowd(session.known.finals())
        note(_TABLE_HELP if once else f"{_INTERVALS_HELP} {_TABLE_HELP}")
        show_rows(
            _table_rows(session),
            key="race-table",
            column_config={
                "Mean reward": st.column_config.TextColumn(width="medium"),
                "Crowds won": st.column_config.NumberColumn(format="%.0f\u00a0%%"),
                "Regret": st.column_config.TextColumn(width="medium", help=meanings("regret")),
                "Back after": st.column_config.TextColumn(help=RECOVERY_HELP),
            },
        )


def _table_rows(session: RaceSession) -> Iterator[Mapping[str, object]]:
    names = session.shown.names
    for final in session.known.finals():
        back = {"Back after": recovery_in_words(final.recovery)}
        yield {
            "Contender": names[final.contender],
            "Mean reward": measured(final.reward, 3),
            "Crowds won": 100 * final.won,
            "Regret": measured(final.regret, 0),
            **(back if session.known.plan.drift == "halfway" else {}),
        }


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
            download_rows(label, rows, key=f"race-csv-{part}", name=name)
