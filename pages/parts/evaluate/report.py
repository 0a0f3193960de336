"""The report of an evaluation: what each policy and action would have earned on a log."""

from collections.abc import Sequence

from pages.parts.charts import forest
from pages.parts.evaluate.board import branches_of
from pages.parts.evaluate.estimators import TITLES
from pages.parts.evaluate.found import Found
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.evaluate.wording import about_rule, asked_row, served, what_counts, why_grey
from pages.parts.scene.report_files.builder import report_on
from pages.parts.scene.report_files.report import Figure, Report
from pages.parts.text.format import printed

_SURE = (
    "Each range is a 95 % interval: it is made so that of 100 such logs 95 give one that holds "
    "what everybody would really bring."
)
"""What an interval means."""

_MOST = 15
"""Most rows of a chart that can be read on one page."""


def report_of(session: EvaluateSession, about: str, link: str) -> Report | None:
    """The report of an evaluation; None before its results, and while they are hidden for a guess.

    Args:
        about: sentence of the page that describes the log.
    """
    with session.lock:
        return _report(session, about, link)


def _report(session: EvaluateSession, about: str, link: str) -> Report | None:
    results, setup = session.found, session.setup
    if results is None or session.hides:
        return None
    branches = branches_of(results, setup, True, setup.truth)
    largest, title = _largest(branches), "What each would have earned, served to everybody"
    further = (_figure(results, title, branches),) if len(largest) < len(branches) else ()
    if further:
        title += f": of {_actions(branches)} actions the {_actions(largest)} that would earn most"
    by = TITLES[setup.estimator]
    how = (
        "Circles: what it looks like where it was shown. Squares: what it would earn if everybody "
        f"were served so ({by.lower()})"
    )
    return report_on(
        results.log.world,
        "What would each have earned, served to everybody?",
        f"{about} {how}, with 95 % intervals.",
        (_figure(results, title, largest),),
        tuple(map(printed, _sentences(session, results))),
        None if session.asks_loop or setup.log == "file" else setup.seed,
        "" if setup.log == "file" else link,
        further,
    )


def _sentences(session: EvaluateSession, results: Found) -> list[str]:
    """Results in Markdown: the selected row, the rule, the intervals and the grey rows."""
    setup, row = session.setup, asked_row(results, session.setup)
    sentences = [served(results, row, setup)] if row is not None else []
    if any(row.target == "rules" for row in results.rows):
        sentences.append(about_rule(session, results))
    intervals = what_counts(results, setup)[:1] or [_SURE]
    return sentences + intervals + why_grey(results, setup)[:1]


def _figure(results: Found, title: str, branches: Sequence[forest.Branch]) -> Figure:
    marks, places = forest.marks_of(branches), tuple(branch.place for branch in branches)
    spec = forest.forest_spec(False, len(branches), results.bounds, marks, places)
    return Figure(title, spec, forest.forest_rows(branches))


def _actions(branches: Sequence[forest.Branch]) -> int:
    return sum(branch.place is not None for branch in branches)


def _largest(branches: Sequence[forest.Branch]) -> list[forest.Branch]:
    """All policies, and the actions with the highest estimates for which there is room."""
    actions = [branch for branch in branches if branch.place is not None]
    actions.sort(key=lambda row: -1.0 if row.estimate is None else row.estimate, reverse=True)
    left_out = actions[max(_MOST - len(branches) + len(actions), 1) :]
    return [branch for branch in branches if branch not in left_out]
