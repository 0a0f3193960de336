"""Estimates of a growing log, and of each eighth of a log."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from engine.evaluation.running_estimates import RunningEstimate
from pages.parts.charts.base import Ends, Spec, table
from pages.parts.charts.lines import LineStyle, LineStyles, Rows, labelled, lines
from pages.parts.text.theme import theme

HEIGHT = 280
EIGHTHS = "mean reward, per eighth of the log"
NAIVE, ESTIMATE, TRUTH = "where shown", "would earn", "the truth"


def growing_spec(
    dark: bool, span: int, ends: Ends, reveals: bool, title: str = "mean reward"
) -> Spec:
    """Lines: the naive mean, and the estimate with its interval, as a log grows."""
    look = theme(dark)
    looks: LineStyles = (
        (NAIVE, LineStyle(look.faint, "square", 1.8)),
        (ESTIMATE, LineStyle(look.accent)),
    )
    truth: LineStyles = ((TRUTH, LineStyle(look.ink, "diamond", 1.5)),) if reveals else ()
    return lines(dark, span, ends, title, looks + truth, HEIGHT)


def growing_rows(
    naive: Sequence[RunningEstimate],
    estimate: Sequence[RunningEstimate],
    truth: float | None,
    ends: Ends,
) -> pa.Table:
    """Rows of `growing_spec`, see `labelled`."""
    rows = _rows(NAIVE, naive, banded=False) + _rows(ESTIMATE, estimate)
    if truth is not None:
        stops = (estimate[0].end, estimate[-1].end)
        rows += [{"line": TRUTH, "visitor": at, "value": truth} for at in stops]
    return table(labelled(rows, ends, HEIGHT))


def stretches_spec(
    dark: bool, span: int, ends: Ends, looks: LineStyles, title: str = EIGHTHS
) -> Spec:
    """Lines with bands: estimates of several targets from each part of a log."""
    return lines(dark, span, ends, title, looks, HEIGHT)


def stretches_rows(estimates: Mapping[str, Sequence[RunningEstimate]], ends: Ends) -> pa.Table:
    """Rows of `stretches_spec`, see `labelled`: each value stands in the middle of its part."""
    rows = [row for name, stretches in estimates.items() for row in _rows(name, stretches)]
    return table(labelled([row | {"mark": True} for row in rows], ends, HEIGHT))


def _rows(line: str, stretches: Sequence[RunningEstimate], banded: bool = True) -> Rows:
    rows: Rows = []
    for stretch in stretches:
        if stretch.interval is None:
            continue
        at = (
            stretch.end
            if stretch.start == 0 and stretches[-1].start == 0
            else (stretch.start + stretch.end) / 2
        )
        row: dict[str, object] = {"line": line, "visitor": at, "value": stretch.interval.estimate}
        band = {"low": stretch.interval.low, "high": stretch.interval.high}
        rows.append(row | (band if banded else {}))
    return rows
