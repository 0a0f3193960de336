"""Family of forest plots: naive mean, estimate with interval, truth and guess in each row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import altair as alt
import pyarrow as pa

from pages.parts.charts.bars import HAS_INTERVAL
from pages.parts.charts.base import PAGE, Size, Spec, across, blank, finish, lanes, table, tooltip
from pages.parts.text.theme import theme

NAIVE, ESTIMATE = "where it was shown", "to everybody, 95 %"
TRUTH, GUESS = "the truth", "your guess"
POLICY, UNSURE = "policy", "unsure"
ROW = 29
"""Height of a row in pixels."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A row of the plot.

    Attributes:
        name: on the axis.
        place: of its colour among the actions'; None for a policy.
        is_unsure: True for a row with too little data, drawn in grey.
        naive, estimate, low, high, truth, guess: values; None to omit the mark.
    """

    name: str
    place: int | None
    naive: float | None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    truth: float | None = None
    guess: float | None = None
    is_unsure: bool = False

    def scaled(self, factor: float) -> "Branch":
        """Return the row with all values times a factor."""
        values = {name: getattr(self, name) for name in _VALUES}
        return replace(self, **{name: value and value * factor for name, value in values.items()})


_VALUES = ("naive", "estimate", "low", "high", "truth", "guess")
Marks = tuple[str, ...]
"""Kinds of marks drawn, of `NAIVE`, `ESTIMATE`, `TRUTH` and `GUESS`, for the legend."""


def marks_of(branches: Sequence[Branch]) -> Marks:
    """Kinds of marks in any of the rows."""
    drawn = {NAIVE: "naive", ESTIMATE: "estimate", TRUTH: "truth", GUESS: "guess"}
    return tuple(
        mark
        for mark, field in drawn.items()
        if any(getattr(branch, field) is not None for branch in branches)
    )


@lru_cache(maxsize=64)
def forest_spec(
    dark: bool,
    rows: int,
    ends: tuple[float, float],
    marks: Marks,
    places: tuple[int | None, ...],
    size: Size = PAGE,
    title: str = "mean reward",
    number_format: str = ".3f",
) -> Spec:
    """Dots with intervals, hollow dots, diamonds and triangles, a row for each policy or action.

    An arrow marks an interval that continues beyond the axis.

    Args:
        title: of the axis.
        number_format: of the numbers in tooltips, for D3.
    """
    look = theme(dark)
    # The last amount of money ends at its tick: beside it, it would stick out on a phone.
    x = across("value", title, ends, tickCount=6, labelFlush=22)
    y = lanes("name", labelLimit=170, labelPadding=10, grid=True)
    shapes = {NAIVE: "circle", ESTIMATE: "square", TRUTH: "diamond", GUESS: "triangle-down"}
    keys = alt.Legend(
        columns=alt.ExprRef("windowSize()[0] + 0 * width < 641 ? 1 : 0"),
        symbolFillColor="transparent",
        symbolStrokeColor=look.ink,
        symbolSize=alt.ExprRef("400 * u * u"),
        symbolStrokeWidth=alt.ExprRef("4 * u"),
        labelOffset=alt.ExprRef("8 * u"),
    )
    shape = alt.Shape(
        "mark:N",
        scale=alt.Scale(domain=list(marks), range=[shapes[mark] for mark in marks]),
        legend=keys if size.on_stage else None,
    )
    known = sorted({place for place in places if place is not None})
    colour = alt.Color(
        "place:N",
        scale=alt.Scale(
            domain=[POLICY, UNSURE, *map(str, known)],
            range=[look.accent, look.faint, *map(look.action, known)],
        ),
        legend=None,
    )
    naming = tooltip(name="Served to everybody", mark="What")
    # Only estimates have an interval; other marks would show "null to null".
    named_value = naming + tooltip(number_format, value=f"{title[0].upper()}{title[1:]}")
    tips = named_value + tooltip(number_format, low="From", high="To")
    base = blank().encode(y=y)
    ruled = base.transform_filter(HAS_INTERVAL)
    arrows = [
        ruled.transform_filter(beyond)
        .mark_point(shape=head, filled=True, size=160, opacity=1, xOffset=offset, aria=False)
        .encode(x=alt.XDatum(end), color=colour)
        for beyond, end, head, offset in (
            (alt.datum.low < ends[0], ends[0], "triangle-left", 4),
            (alt.datum.high > ends[1], ends[1], "triangle-right", -4),
        )
    ]
    estimates = base.transform_filter(alt.datum.mark == ESTIMATE)
    others = base.transform_filter(alt.datum.mark != ESTIMATE)
    gaps = estimates.transform_filter("isValid(datum.gap)")
    return finish(
        dark,
        ROW * rows + 48,
        # An invisible layer with all rows fixes their order.
        base.mark_point(opacity=0, aria=False).encode(x),
        gaps.mark_rule(
            strokeWidth=1.5, strokeDash=[2, 4], color=look.faint, clip=True, aria=False
        ).encode(x=alt.X("gap:Q"), x2="naive:Q"),
        ruled.mark_rule(strokeWidth=5, clip=True, opacity=0.75, aria=False).encode(
            x=alt.X("low:Q"), x2="high:Q", color=colour, tooltip=tips
        ),
        *arrows,
        estimates.mark_point(filled=True, size=110, opacity=1).encode(
            x, color=colour, shape=shape, tooltip=tips
        ),
        others.mark_point(filled=False, size=100, strokeWidth=2, color=look.ink, opacity=1).encode(
            x, shape=shape, tooltip=named_value
        ),
    )


def forest_rows(branches: Sequence[Branch]) -> pa.Table:
    """Rows of `forest_spec`: name, mark, value, low, high, place, and the ends of the gap between
    interval and naive mean: gap, naive."""
    rows: list[dict[str, object]] = []
    for branch in branches:
        place = (
            UNSURE if branch.is_unsure else POLICY if branch.place is None else str(branch.place)
        )
        values = {
            NAIVE: branch.naive,
            TRUTH: branch.truth,
            GUESS: branch.guess,
            ESTIMATE: branch.estimate,
        }
        marked = [
            {"name": branch.name, "place": place, "mark": mark, "value": value}
            for mark, value in values.items()
            if value is not None
        ]
        if marked and branch.estimate is not None:
            marked[-1] |= {
                "low": branch.low,
                "high": branch.high,
                "naive": branch.naive,
                "gap": _gap(branch),
            }
        rows += marked or [{"name": branch.name, "place": place}]
    return table(rows)


def _gap(branch: Branch) -> float | None:
    """End of the interval next to the naive mean, if the mean lies outside."""
    if branch.naive is None or branch.low is None or branch.high is None:
        return None
    if branch.naive > branch.high:
        return branch.high
    return branch.low if branch.naive < branch.low else None
