"""The report of what a log was asked."""

from collections.abc import Sequence

from pages.parts.charts import forest
from pages.parts.evaluate.board import branches_of
from pages.parts.evaluate.estimators import TITLES
from pages.parts.evaluate.found import Found
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import about_rule, asked_row, served, what_counts, why_grey
from pages.parts.scene.report_files.report import Figure, Report
from pages.parts.scene.report_files.subject import report_on
from pages.parts.text.format import printed

_SURE = (
    "Each range is a 95 % interval: it is made so that of 100 such logs 95 give one that holds "
    "what everybody would really bring."
)
"""What the ranges promise, for who has not heard of intervals."""


_MOST = 15
"""Rows that can still be read on one page."""


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
    every = branches_of(found, setup, True, setup.truth)
    shown, title = _largest(every), "What each would have earned, served to everybody"
    further = (_picture(found, title, every),) if len(shown) < len(every) else ()
    if further:
        actions = [sum(one.place is not None for one in some) for some in (shown, every)]
        title += ": of {1} actions the {0} that would earn most".format(*actions)
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
        (_picture(found, title, shown),),
        tuple(map(printed, told)),
        None if session.asks_loop or setup.log == "file" else setup.seed,
        "" if setup.log == "file" else link,
        further,
    )


def _picture(found: Found, title: str, branches: Sequence[forest.Branch]) -> Figure:
    marks, places = forest.marks_of(branches), tuple(one.place for one in branches)
    spec = forest.forest_spec(False, len(branches), found.bounds, marks, places)
    return Figure(title, spec, forest.forest_rows(branches))


def _largest(branches: Sequence[forest.Branch]) -> list[forest.Branch]:
    """All but actions, and as many of these as there is room for: those that would earn most."""
    actions = [one for one in branches if one.place is not None]
    actions.sort(key=lambda one: -1.0 if one.estimate is None else one.estimate, reverse=True)
    left_out = actions[max(_MOST - len(branches) + len(actions), 1) :]
    return [one for one in branches if one not in left_out]
