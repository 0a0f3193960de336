"""The report of a comparison."""

from pages.parts.charts import comparison as charts
from pages.parts.charts.labelled import span_of
from pages.parts.compare.board_words import sentences
from pages.parts.compare.session import CompareSession
from pages.parts.compare.wording import rule_in_words, summary
from pages.parts.report.report import Figure, Report
from pages.parts.report.subject import report_on
from pages.parts.text import bare, counted


def report_of(session: CompareSession, link: str) -> Report | None:
    """What the three loops earned; None before anybody came."""
    with session.lock:
        _, arms = session.rows()
        if not arms:
            return None
        came, switches = len(session.comparison), session.switches
        span = span_of(came)
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
        told = sentences(session) or [summary(session)]
        return report_on(
            session.world,
            "May it learn from today's rules first, without touching your users?",
            f"Three loops met the same {counted(came, 'visitor')}: today's rules "
            f"({bare(rule_in_words(session.setup))}), an apprentice that watched them, and a loop "
            "that was online from the start.",
            (earned, gained),
            tuple(map(bare, told)),
            session.setup.seed,
            link,
        )
