"""The report of what a log was asked."""

from pages.parts.charts import forest
from pages.parts.evaluate.board import branches_of
from pages.parts.evaluate.estimators import TITLES
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import about_rule, asked_row, served, what_counts, why_grey
from pages.parts.report.report import Figure, Report
from pages.parts.report.subject import report_on
from pages.parts.text import bare

_SURE = (
    "Each range is a 95 % interval: it is made so that of 100 such logs 95 give one that holds "
    "what everybody would really bring."
)
"""What the ranges promise, for who has not heard of intervals."""


def report_of(session: EvaluateSession, about: str, link: str) -> Report | None:
    """What each would have earned; None before the log has been asked, or while one guesses.

    Args:
        about: which log is asked, as the page says it.
    """
    with session.lock:
        return _report(session, about, link)


def _report(session: EvaluateSession, about: str, link: str) -> Report | None:
    found, setup = session.found, session.setup
    if found is None or session.hides:
        return None
    branches = branches_of(found, setup, True, setup.truth)
    marks, places = forest.marks_of(branches), tuple(one.place for one in branches)
    picture = Figure(
        "What each would have earned, served to everybody",
        forest.forest_spec(False, len(branches), found.bounds, marks, places),
        forest.forest_rows(branches),
    )
    row = asked_row(found, setup)
    told = [served(found, row, setup)] if row is not None else []
    if any(one.target == "rules" for one in found.rows):
        told.append(about_rule(session, found))
    told += what_counts(found, setup)[:1] or [_SURE]
    told += why_grey(found, setup)[:1]
    by = TITLES[setup.estimator]
    how = (
        "Circles: what it looks like where it was shown. Squares: what it would earn if everybody "
        f"were served so ({by.lower()})"
    )
    return report_on(
        found.log.world,
        "What would each have earned, served to everybody?",
        f"{about} {how}, with 95 % intervals.",
        (picture,),
        tuple(map(bare, told)),
        None if session.asks_loop or setup.log == "file" else setup.seed,
        "" if setup.log == "file" else link,
    )
