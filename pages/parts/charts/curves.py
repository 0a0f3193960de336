"""Learning curves of a loop: rewards and regret over the visitors."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.evaluation.learning_curve import RECENT_VISITORS
from pages.parts.charts.base import PAGE, Size, Spec, table
from pages.parts.charts.lines import LineStyle, Rows, edge, labelled, lines, span_of
from pages.parts.text.theme import theme

Curve = Sequence[Mapping[str, float]]
"""Rows of `engine.evaluation.learning_curve.LearningCurve.rows`."""

SO_FAR, LATEST, LOOP = "so far", f"last {RECENT_VISITORS}", "this session"
UNIFORM, SINGLE, BEST = "random", "best single offer", "best possible"
"""Levels of the mean reward: random choice, the best single action, the best action per visitor."""

_MEANS = (0.0, 1.04)
_HEIGHT = 240


def _known(dark: bool) -> dict[str, LineStyle]:
    faint, ink = theme(dark).faint, theme(dark).ink
    return {UNIFORM: LineStyle(faint, "square", 1.3), SINGLE: LineStyle(faint, "diamond", 1.3),
            BEST: LineStyle(ink, "cross", 1.5)}  # fmt: skip


def reward_spec(dark: bool, truth: bool) -> Spec:
    """Lines: mean reward so far and of the latest visitors, against known values."""
    accent = theme(dark).accent
    looks = {LATEST: LineStyle(accent, "square", 6.0), SO_FAR: LineStyle(accent)}
    known = _known(dark) if truth else {}
    every = (*looks.items(), *known.items())
    return lines(dark, None, _MEANS, "mean reward", every, _HEIGHT)


def regret_spec(dark: bool) -> Spec:
    """Lines: reward lost against the best possible, summed up."""
    known = {name: look for name, look in _known(dark).items() if name != BEST}
    looks = {**known, LOOP: LineStyle(theme(dark).accent)}
    return lines(dark, None, None, "rewards missed", tuple(looks.items()), _HEIGHT)


def reward_rows(curve: Curve, truth: bool, size: Size = PAGE) -> pa.Table:
    """Rows of `reward_spec`."""
    span = span_of(curve[-1]["visitor"])
    rows = melted(curve, {LATEST: "recent", SO_FAR: "mean"})
    if truth:
        known = {UNIFORM: "uniform", SINGLE: "single", BEST: "best"}
        rows += [row for line, column in known.items() for row in steps(line, curve, column, span)]
    return table([*labelled(rows, _MEANS, size.room(_HEIGHT)), edge(span)])


def regret_rows(curve: Curve) -> pa.Table:
    """Rows of `regret_spec`."""
    last = curve[-1]
    top = span_of(max(last["regret"], last["uniform_regret"]), least=10)
    rows = melted(curve, {LOOP: "regret", UNIFORM: "uniform_regret", SINGLE: "single_regret"})
    return table([*labelled(rows, (0, top), _HEIGHT), edge(span_of(last["visitor"]), top)])


def steps(line: str, curve: Curve, column: str, span: int) -> Rows:
    """Rows of a line with a step at each change of the world."""
    points = [(0.0, curve[0][column])]
    for row in curve:
        if row[column] != points[-1][1]:
            points += [(row["visitor"], points[-1][1]), (row["visitor"], row[column])]
    points.append((span, points[-1][1]))
    return [{"line": line, "visitor": at, "value": value} for at, value in points]


def level(line: str, value: float, span: int) -> Rows:
    """Rows of a level line."""
    return [{"line": line, "visitor": at, "value": value} for at in (0, span)]


def melted(curve: Curve, columns: Mapping[str, str]) -> Rows:
    """Rows of lines from the columns of a curve."""
    return [
        {"line": line, "visitor": row["visitor"], "value": row[column]}
        for line, column in columns.items()
        for row in curve
    ]
