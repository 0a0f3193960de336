"""Reasons for a choice: bars from zero for the parts of a gap, and for the worth of each field."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import altair as alt
import pyarrow as pa

from engine.evaluation.belief_contributions import Gap, largest_first
from engine.evaluation.field_importance import Importance
from engine.evaluation.mean_intervals import Z
from engine.learners.base import Source
from pages.parts.charts.bars import HAS_INTERVAL, intervals, upright, words
from pages.parts.charts.base import OWN_COLOUR, Spec, blank, finish, lanes, table, tooltip
from pages.parts.text.format import signed
from pages.parts.text.theme import theme

Row = dict[str, object]

_LEAST = 5e-3
"""Least reward of the parts drawn."""
_LANE = 30
"""Pixels of a row."""
_ROOM = 62
"""Pixels above and below the rows, for the axis."""


def reach_of(rows: pa.Table) -> float:
    """End of an axis, to either side, that holds all bars, growing in steps."""
    largest = max((abs(value) for value in rows["value"].to_pylist()), default=0.0)
    return next((end for end in (0.25, 0.5, 1.0, 2.0, 4.0) if end >= 1.02 * largest), 8.0)


def gap_rows(gap: Gap, names: Mapping[Source, str], colours: tuple[str, str]) -> pa.Table:
    """Rows of `gap_spec`: the parts, their sum, and the distance of the draws.

    Args:
        names: display names of all sources.
        colours: of the chosen action and of the other action.
    """
    rows = [_row(names[part], by, gap.parts[part].sd, "part") for part, by in drawn(gap)]
    rows.append(_row(KNOWLEDGE, gap.mean, gap.sd, "whole"))
    if gap.curiosity is not None:
        rows.append(_row(CURIOSITY, gap.curiosity, None, "luck"))
        rows.append(_row(DRAWS, gap.mean + gap.curiosity, None, "whole"))
    return table(
        [
            row | {"at": at, "colour": colours[float(str(row["value"])) < 0]}
            for at, row in enumerate(rows)
        ]
    )


KNOWLEDGE, CURIOSITY, DRAWS = "= expected reward", "+ luck", "= sample"


def drawn(gap: Gap) -> list[tuple[Source, float]]:
    """Parts with a bar, the largest first."""
    parts = largest_first({source: part.mean for source, part in gap.parts.items()})
    return [(source, by) for source, by in parts if abs(by) >= _LEAST]


def _row(name: str, value: float, sd: float | None, kind: str) -> Row:
    row: Row = {"name": name, "value": value, "told": signed(value), "kind": kind}
    return row | ({"low": value - Z * sd, "high": value + Z * sd} if sd else {})


@lru_cache(maxsize=64)
def gap_spec(dark: bool, rows: int, reach: float, action: str, other: str) -> Spec:
    """Bars from zero: to the right for an action, left for the other; 95 % intervals."""
    look, is_whole = theme(dark), "datum.kind === 'whole'"
    x = _across(f"← for {other} | for {action} →", (-reach, reach), "+.2~f")
    y = _lanes()
    # Drawn values have no interval; the tooltip would show null.
    told = tooltip(name="What") + tooltip("+.3f", value="Adds")
    may = tooltip("+.3f", low="At least (95 %)", high="At most (95 %)")
    thick = f"min(({is_whole} ? 18 : 14) * px, 0.8 * bandwidth('y'))"
    shades = blank().mark_rect(color=look.accent, aria=False)
    bars = blank().mark_bar(height=alt.ExprRef(thick), cornerRadius=2)
    layers = [
        shades.encode(
            y,
            x=alt.value(0),
            x2=alt.value("width"),
            opacity=alt.condition(is_whole, alt.value(0.1), alt.value(0)),
        ),
        *(
            bars.transform_filter(which).encode(
                y,
                x,
                x2=alt.datum(0),
                color=OWN_COLOUR,
                opacity=alt.condition(is_whole, alt.value(1.0), alt.value(0.62)),
                tooltip=tips,
            )
            for which, tips in ((HAS_INTERVAL, told + may), (f"!{HAS_INTERVAL}", told))
        ),
        *_lines(dark, y),
    ]
    return finish(dark, _ROOM + _LANE * rows, *layers)


def _across(title: str, domain: tuple[float, float], format: str) -> alt.X:
    """An axis of rewards at the top."""
    return (
        alt.X("value:Q")
        .scale(domain=domain, nice=False, clamp=True)
        .axis(
            title=title,
            titleAnchor="end",
            titleLimit=340,
            orient="top",
            format=format,
            labelExpr="datum.value === 0 ? '0' : datum.label",
        )
    )


def _lanes() -> alt.Y:
    """A lane for each row, in the order of the rows after any change."""
    return lanes("name", labelLimit=170).sort(field="at", op="min", order="ascending")


def _lines(dark: bool, y: alt.Y) -> list[alt.Chart]:
    """Intervals, zero, and the numbers at the right."""
    zero = upright(dark, alt.datum(0), strokeWidth=1)
    return [intervals(dark, y, 1.4), zero, words(y)]


# -- what each field is worth -----------------------------------------------------------


def worth_rows(each: Sequence[Importance], names: Sequence[str]) -> pa.Table:
    """Rows of `worth_spec`, one for each omitted field."""
    return table(
        [
            {
                "at": at,
                "name": name,
                "value": importance.loss.mean,
                "low": importance.loss.low,
                "high": importance.loss.high,
                "told": f"{importance.score:.0f}",
                "matters": importance.loss.low > 0,
            }
            for at, (importance, name) in enumerate(zip(each, names, strict=True))
        ]
    )


@lru_cache(maxsize=32)
def worth_spec(dark: bool, rows: int, reach: float) -> Spec:
    """Bars from zero: reward a visitor lost without a field, with its interval."""
    look = theme(dark)
    x = _across("reward lost per visitor", (-reach / 4, reach), ".2~f")
    y = _lanes()
    tips = tooltip(name="Left out")
    tips += tooltip(".3f", value="Reward lost", low="At least (95 %)", high="At most (95 %)")
    colour = alt.condition("datum.matters", alt.value(look.accent), alt.value(look.faint))
    bars = blank().mark_bar(height=14, cornerRadius=2)
    layers = [
        bars.encode(y, x, x2=alt.datum(0), color=colour, tooltip=tips),
        *_lines(dark, y),
    ]
    return finish(dark, _ROOM + _LANE * rows, *layers)
