"""The report of a race: mean rewards of its contenders."""

from collections.abc import Mapping

from engine.experiments.race.standings import Final, Standings
from pages.parts.charts import race as charts
from pages.parts.charts.labelled import span_of
from pages.parts.race.board import banded, end_of_finals, is_one_crowd
from pages.parts.race.session import RaceSession
from pages.parts.race.wording import interval, verdict
from pages.parts.report.builder import report_on
from pages.parts.report.report import Figure, Report
from pages.parts.text import counted, printed


def report_of(session: RaceSession, link: str) -> Report | None:
    """The report of a finished race; None before its end."""
    with session.lock:
        return _report(session, link)


def _first_and_last(known: Standings, names: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences on the best and the worst contender: the mean reward of their latest visitors, and
    the regret against the best offer for each visitor."""
    finals, plan = known.finals(), known.plan
    ends = (finals[0], finals[-1]) if len(finals) > 1 else finals
    world, crowd = plan.world, "each crowd" if len(known.shared) > 1 else "the crowd"

    def earned(final: Final) -> str:
        reward = known.latest(final.contender)
        return f"{names[final.contender]} earned {reward.mean:.2f} a visitor{interval(reward, 2)}"

    def more(final: Final) -> str:
        missed = counted(round(final.regret.mean), "reward")
        if world.unit:
            missed += f", or {world.in_unit(final.regret.mean, 1):,.0f} {world.unit},"
        return f"{missed} more than {names[final.contender]} got{interval(final.regret, 0)}"

    latest = counted(known.latest_visitors, "visitor")
    return (
        f"Of late (the last {latest} of {crowd}), {'; '.join(map(earned, ends))}.",
        f"With the best offer for each, {counted(plan.visitors, 'visitor')} would have given "
        f"{'; '.join(map(more, ends))}.",
    )


def _report(session: RaceSession, link: str) -> Report | None:
    if session.raced is None or session.is_live or not session.known.keys:
        return None
    known, names = session.known, session.shown.names
    plan, entries, finals = known.plan, tuple(names.items()), known.finals()
    raced = tuple(entry for entry in entries if entry[0] in known.keys)
    bands, once = {key: known.recent(key) for key in known.keys}, is_one_crowd(finals)
    most = Figure(
        "Who earns most",
        charts.finals_spec(False, end_of_finals(finals), raced, one_run=once),
        charts.finals_rows(finals, entries, None),
    )
    gave = Figure(
        "What visitors give",
        charts.reward_spec(
            False, plan.visitors, known.latest_visitors, entries, plan.drift == "halfway"
        ),
        charts.band_rows(plan, bands, entries, 1.04, banded(session)),
    )
    regret = {key: known.regret(key) for key in known.keys}
    end = span_of(max(float(band.high.max()) for band in regret.values()), 10)
    segments = known.segments()
    top = charts.tenths_above(segment.regret.mean for segment in segments)
    further = (
        Figure(
            "What is lost",
            charts.regret_spec(False, plan.visitors, end, entries, plan.drift == "halfway"),
            charts.band_rows(plan, regret, entries, end, banded(session)),
        ),
        Figure(
            "For whom is it lost?",
            charts.segments_spec(False, len(plan.world.segments()), top, entries, once),
            charts.segments_rows(segments, entries, plan.world),
        ),
    )
    return report_on(
        plan.world,
        "Which way of choosing earns most, on the same visitors?",
        f"{counted(len(raced), 'contender')} met the same {counted(len(known.shared), 'crowd')} of "
        f"{counted(plan.visitors, 'visitor')}, with the same luck.",
        (most, gave),
        (printed(verdict(session)), *_first_and_last(known, names)),
        plan.seed,
        # Settings may have changed since: the link opens the race that was run.
        link if session.is_current else session.shown.link(link.partition("?")[0]),
        further,
    )
