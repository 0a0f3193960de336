"""The report of a comparison: rewards of three loops that met the same visitors."""

from engine.evaluation.matching import LATEST
from pages.parts.charts import comparison as charts
from pages.parts.charts.labelled import span_of
from pages.parts.compare.board_words import sentences
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import rule_in_words, summary
from pages.parts.report.builder import report_on
from pages.parts.report.report import Figure, Report
from pages.parts.text import counted, printed


def report_of(session: CompareSession, link: str) -> Report | None:
    """The report of a comparison as of now; None before the first visitor."""
    with session.lock:
        matched, arms = session.rows()
        if not arms:
            return None
        visitors, switches = len(session.comparison), session.switches
        span = span_of(visitors)
        earned = Figure(
            "What visitors give",
            charts.reward_spec(False, span, bool(switches), False),
            charts.reward_rows(arms, switches, None),
        )
        low, high = charts.bounds_of(arms, "_gain")
        gained = Figure(
            "Rewards gained over today's rules",
            charts.gain_spec(False, span, bool(switches), low, high),
            charts.sum_rows(arms, switches, "_gain", (low, high)),
        )
        _, most = charts.bounds_of(arms, "_worse")
        slices = session.comparison.record.slices(LATEST)
        further = (
            Figure(
                "Does it choose as today's rules?",
                charts.match_spec(False, span, bool(switches)),
                charts.match_rows(matched, switches),
            ),
            Figure(
                "Who was served worse than by today's rules",
                charts.cost_spec(False, span, bool(switches), most),
                charts.sum_rows(arms, switches, "_worse", (0, most)),
            ),
            Figure(
                "Where it agrees",
                charts.slices_spec(False, len(session.world.segments())),
                charts.slices_rows(slices, session.world),
            ),
        )
        results = sentences(session) or [summary(session)]
        return report_on(
            session.world,
            "May it learn from today's rules first, without touching your users?",
            f"Three loops met the same {counted(visitors, 'visitor')}: today's rules "
            f"({printed(rule_in_words(session.setup))}), an apprentice that watched them, and a "
            "loop that was online from the start.",
            (earned, gained),
            tuple(map(printed, results)),
            session.setup.seed,
            link,
            further if slices else further[:2],
        )
