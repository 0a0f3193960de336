"""Scene of the Evaluate page: the forest of estimates, the table and sentences about a log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from engine.evaluation.estimators import Interval
from pages.parts.charts import forest
from pages.parts.evaluate import wording
from pages.parts.evaluate.estimator_names import STORIES
from pages.parts.evaluate.log_checks import about_checks
from pages.parts.evaluate.log_evaluation import LogEvaluation
from pages.parts.evaluate.session import EvaluateSession
from pages.parts.scene.part_types import Figure, FigureStyle, Scene, Table, TableColumn, Text
from pages.parts.scene.report_files.report_content import Report
from pages.parts.scene.report_from_scene import Sheet, report_of
from pages.parts.text.glossary import meaning
from pages.parts.text.reward_scale import RewardScale

QUESTION = "What would each option have earned if everyone had got it?"
SHEET = Sheet(
    QUESTION,
    about="about",
    figures=("largest",),
    sentences=("served", "rule", "intervals", "grey", "checks"),
    further=("all",),
)
_TITLE = "What each option would have earned if everyone had got it"
_KEYS = {
    forest.NAIVE: "○\xa0plain average",
    forest.ESTIMATE: "■\xa0served to everybody, with its 95 % interval",
    forest.TRUTH: "\u25c7\u00a0the truth",
    forest.GUESS: "\u25bd\u00a0your guess",
}
"""Meanings of the marks in the forest."""
_CUT = "\u25c0\u00a0\u25b6\u00a0the interval continues beyond the axis"
_POLICY_HELP = (
    "Always the best guess: the engine without random offers. It has learned "
    "from this very log, which flatters it slightly."
)
_TABLE_HELP = (
    "Plain average: as on a dashboard, from visitors who were expected to like it. "
    "Would earn: the same log, each reward weighted by the inverse of its "
    "probability."
)
_AVERAGE, _TRUTH = "Plain average", "Truth"
"""Columns of mean rewards, without their unit."""
_WORTH = "Evidence"
"""Column with the number of events that an estimate rests on."""
_ON_SHEET, _ON_STAGE = 15, 9
"""Largest number of forest rows on a sheet of paper, and on the stage."""
_OF_STAGE = ("looks", "told", "true")
"""Parts used by the talk, which exist before the log is evaluated."""


def scene_of(session: EvaluateSession, look: FigureStyle, about: str = "") -> Scene:
    """Return the parts of the scene about the evaluated log; the caller holds the session's lock.

    Args:
        about: description of the log, for a report.
    """
    result, setup = session.result, session.setup
    texts = {
        "say-looks": lambda: Text(wording.looks_in_short(session)),
        "say-served": lambda: Text(wording.served_in_short(session)),
        "say-truth": lambda: Text(wording.truth_in_short(session)),
    }
    if result is None:
        return Scene(texts | dict.fromkeys(_OF_STAGE, lambda: None))
    row, figures = wording.headline_row(result, setup), _Figures(session, result, look)
    return Scene(
        texts
        | {
            "checks": lambda: _text(about_checks(result.checks, wording.labels_of(result))),
            "headline": lambda: Text(wording.headline(session, result, row)),
            "forest": figures.on_page,
            "notes": lambda: _text(wording.doubts(result, setup)),
            "table": partial(_table, session, result),
            "how": lambda: Text(
                STORIES.get(result.estimator_of("", setup.estimator), ""), is_note=True
            ),
            "looks": partial(figures.on_stage, tells=False, reveals=False),
            "told": partial(figures.on_stage, tells=True, reveals=False),
            "true": partial(figures.on_stage, tells=True, reveals=True),
            "largest": figures.on_sheet,
            "all": figures.beside_sheet,
            "about": lambda: Text(f"{about} {wording.about_marks(setup)}"),
            "served": lambda: _text([wording.served(result, row, setup)] if row else []),
            "rule": partial(_rule, session, result),
            "intervals": lambda: Text(wording.about_intervals(result, setup)),
            "grey": lambda: _text(wording.why_grey(result, setup)[:1]),
        }
    )


def report(session: EvaluateSession, about: str, link: str) -> Report | None:
    """Return the report about a log; None before the evaluation, and while a guess is awaited.

    Args:
        about: description of the log.
    """
    with session.lock:
        result, setup = session.result, session.setup
        if result is None or session.hides:
            return None
        is_own = setup.log == "file"
        seed = None if session.asks_loop or is_own else setup.seed
        scene = scene_of(session, FigureStyle(), about)
        link = "" if is_own else link
        return report_of(scene, SHEET, result.log.world, seed, link, not is_own, setup.truth)


def pair_figure(
    session: EvaluateSession, result: LogEvaluation, look: FigureStyle, first: str, second: str
) -> Figure:
    """Return the forest of two targets."""
    return _Figures(session, result, look).of_pair(first, second)


class _Figures:
    """Forest charts of a log in one look."""

    def __init__(self, session: EvaluateSession, result: LogEvaluation, look: FigureStyle) -> None:
        self._session, self._result, self._look = session, result, look
        self._setup, self._names = session.setup, wording.names_of(result, session.setup)
        self._headline_row = wording.headline_row(result, session.setup)

    def on_page(self) -> Figure:
        """Return all rows, with the truth if revealed, and the person's guess."""
        tells = not self._session.hides
        branches = self._branches(tells, self._setup.truth and tells, self._session.guess)
        return self._with_legend(branches)

    def of_pair(self, *targets: str) -> Figure:
        """Return the rows of two targets."""
        every = {branch.name: branch for branch in self._estimates()}
        return self._with_legend([every[self._names[target]] for target in targets])

    def on_stage(self, tells: bool, reveals: bool) -> Figure:
        """Return as many rows as fit a stage, including the headline's row.

        Args:
            tells: True to show the estimates, not only the naive averages.
            reveals: True to show the truth.
        """
        branches = self._branches(tells, reveals)
        name = self._names[self._headline_row.target] if self._headline_row else ""
        others = [branch for branch in branches if branch.name != name][: _ON_STAGE - 1]
        return self._forest(
            [branch for branch in branches if branch.name == name or branch in others]
        )

    def on_sheet(self) -> Figure:
        """Return the rows of `largest_of`."""
        every = self._estimates()
        largest = largest_of(every)
        if len(largest) == len(every):
            return self._forest(every)
        title = f"{_TITLE}: the best {_actions(largest)} of {_actions(every)} actions"
        return replace(self._forest(largest), title=title)

    def beside_sheet(self) -> Figure | None:
        """Return all rows, if a sheet has no room for them."""
        every = self._estimates()
        return self._forest(every) if len(largest_of(every)) < len(every) else None

    def _estimates(self) -> list[forest.Branch]:
        return self._branches(tells=True, reveals=self._setup.truth)

    def _with_legend(self, branches: Sequence[forest.Branch]) -> Figure:
        """Return rows with the meanings of their marks, and of the arrows, if there are any."""
        low, high = wording.chart_ends(self._result, self._setup)
        is_cut = any(
            branch.low is not None
            and branch.high is not None
            and (branch.low < low or branch.high > high)
            for branch in branches
        )
        marks = [_KEYS[mark] for mark in forest.marks_of(branches)] + [_CUT] * is_cut
        unbroken = [mark.replace(" ", "\u00a0") for mark in marks]
        return replace(self._forest(branches), marks="\u00a0\u2003 ".join(unbroken))

    def _forest(self, branches: Sequence[forest.Branch]) -> Figure:
        look, scale, result = self._look, self._result.log.scale, self._result
        low, high = map(scale.number, wording.chart_ends(result, self._setup))
        marks, places = forest.marks_of(branches), tuple(branch.place for branch in branches)
        numbers = scale.title, f",.{scale.digits + 1}f"
        return Figure(
            f"chart-forest-{hash((low, high, marks, places, numbers))}",
            _TITLE,
            f"{_TITLE}: " + "; ".join(_in_words(scale, branch) for branch in branches),
            forest.forest_spec(
                look.dark, len(branches), (low, high), marks, places, look.size, *numbers
            ),
            forest.forest_rows([branch.scaled(scale.factor) for branch in branches]),
        )

    def _branches(
        self, tells: bool, reveals: bool, guess: float | None = None
    ) -> list[forest.Branch]:
        """Return a row per policy and action, in the log's order; see `on_stage`."""
        result, setup = self._result, self._setup
        order, branches = result.log.places, []
        for place, row in enumerate(result.rows):
            action, naive = wording.action_of(row), row.intervals["naive"]
            interval = wording.estimate_of(result, row, setup)
            branch = forest.Branch(
                name=self._names[row.target],
                place=None if action is None else order.get(action, place),
                naive=None if naive is None else naive.estimate,
                truth=result.truths.get(row.target) if reveals else None,
                guess=guess if row == self._headline_row else None,
                is_unsure=wording.is_wide(result, interval, setup) or wording.is_thin(row, setup),
            )
            if interval is not None and tells:
                branch = replace(
                    branch, estimate=interval.estimate, low=interval.low, high=interval.high
                )
            branches.append(branch)
        return branches


def largest_of(branches: Sequence[forest.Branch]) -> Sequence[forest.Branch]:
    """Return all policies, and as many of the best actions as a sheet has room for."""
    actions = [branch for branch in branches if branch.place is not None]
    actions.sort(key=lambda row: -1.0 if row.estimate is None else row.estimate, reverse=True)
    left_out = actions[max(_ON_SHEET - len(branches) + len(actions), 1) :]
    return [branch for branch in branches if branch not in left_out]


def _in_words(scale: RewardScale, branch: forest.Branch) -> str:
    if branch.estimate is None or branch.low is None or branch.high is None:
        return f"{branch.name} unknown"
    estimate = wording.measured(scale, Interval(branch.estimate, branch.low, branch.high))
    if branch.truth is None:
        return f"{branch.name} {estimate}"
    return f"{branch.name} {estimate}, in truth {scale.value(branch.truth)}"


def _actions(branches: Sequence[forest.Branch]) -> int:
    return sum(branch.place is not None for branch in branches)


def _text(lines: Sequence[str]) -> Text | None:
    """Join sentences, a line each; None if all are empty."""
    body = "\n".join(filter(None, lines))
    return Text(body) if body else None


def _rule(session: EvaluateSession, result: LogEvaluation) -> Text | None:
    """Return the estimate of the person's rule as text; None without a rule."""
    if not any(row.target == "rules" for row in result.rows):
        return None
    return Text(wording.about_rule(session, result))


def _table(session: EvaluateSession, result: LogEvaluation) -> Table:
    """Return the table with a row per policy and action, aligned with the forest's rows."""
    scale = result.log.scale
    width, number = (124, f"%,.{scale.digits}f") if scale.is_money else (94, f"%.{scale.digits}f")
    return Table(
        "evaluate-table",
        pd.DataFrame([*_table_rows(session, result)]),
        columns={
            "Served to everybody": TableColumn(help=_POLICY_HELP),
            _column(_AVERAGE, scale): TableColumn(number, _TABLE_HELP, width),
            _column(_TRUTH, scale): TableColumn(number, width=72 if scale.unit else 60),
            _WORTH: TableColumn("%,.0f visitors", meaning("worth"), 104),
        },
        row_height=forest.ROW,
    )


def _column(title: str, scale: RewardScale) -> str:
    """Return the title of a column of mean rewards with their unit."""
    return f"{title}, {scale.unit}" if scale.unit else title


def _table_rows(session: EvaluateSession, result: LogEvaluation) -> Iterator[Mapping[str, object]]:
    setup, names = session.setup, wording.names_of(result, session.setup)
    scale = result.log.scale
    for row in result.rows:
        naive, interval = row.intervals["naive"], wording.estimate_of(result, row, setup)
        figures: dict[str, object] = {
            "Served to everybody": names[row.target],
            _column(_AVERAGE, scale): naive and scale.number(naive.estimate),
        }
        if not session.hides:
            figures["Would earn"] = wording.measured(scale, interval) if interval else "unknown"
        if setup.truth and not session.hides:
            truth = result.truths.get(row.target)
            figures[_column(_TRUTH, scale)] = None if truth is None else scale.number(truth)
        yield figures | {_WORTH: row.effective}
