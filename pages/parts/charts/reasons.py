"""Reasons for a choice: bars from zero for the parts of a gap, and for the worth of each field."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

import altair as alt
import pyarrow as pa

from engine.evaluation.belief_contributions import Gap, largest_first
from engine.evaluation.field_importance import Importance
from engine.evaluation.mean_intervals import Z
from engine.learners.base import Source
from pages.parts.charts.bars import HAS_INTERVAL, intervals, upright, words
from pages.parts.charts.base import OWN_COLOUR, Ends, Spec, blank, finish, lanes, table, tooltip
from pages.parts.charts.lines import end_above
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import theme

Row = dict[str, object]

_LANE = 30
"""Pixels of a row."""
_ROOM = 62
"""Pixels above and below the rows, for the axis."""
_TINY = 1e-9
"""Least end of an axis."""


def reach_of(rows: pa.Table, size: float) -> float:
    """End of an axis, to either side, that holds all bars with their intervals and at least a
    quarter of the size of the world's rewards."""
    known = [name for name in ("value", "low", "high") if name in rows.column_names]
    values = (value for name in known for value in rows[name].to_pylist() if value is not None)
    return end_above(max(1.02 * max(map(abs, values), default=0.0), size / 4, _TINY))


def ends_of(rows: pa.Table, size: float) -> Ends:
    """Ends of the axis of `worth_spec`: `reach_of`, and below 0 a quarter of it or, if it is
    longer, the longest interval."""
    reach = reach_of(rows, size)
    lows = (low for low in rows["low"].to_pylist() if low is not None)
    return min(-reach / 4, 1.02 * min(lows, default=0.0)), reach


def format_of(scale: RewardScale) -> str:
    """D3 format of signed numbers in tooltips, with a digit more than in texts."""
    return f"+,.{scale.digits + 1}f"


def gap_rows(
    gap: Gap,
    names: Mapping[Source, str],
    colours: tuple[str, str],
    scale: RewardScale,
    least: float,
) -> pa.Table:
    """Rows of `gap_spec`: the parts, their sum and, for rewards written as they are, the distance
    of the draws.

    Args:
        names: display names of all sources.
        colours: of the chosen action and of the other action.
        scale: of the numbers.
        least: reward of the smallest part drawn.
    """
    row, ends = partial(_row, scale), (-gap.largest, gap.largest)
    rows = [
        row(names[part], by, gap.parts[part].sd, "part", ends) for part, by in drawn(gap, least)
    ]
    rows.append(row(KNOWLEDGE, gap.mean, gap.sd, "whole", gap.possible))
    # A sample is a guess, and often more than an offer can pay.
    if gap.curiosity is not None and not scale.unit:
        rows.append(row(CURIOSITY, gap.curiosity, None, "luck"))
        rows.append(row(DRAWS, gap.mean + gap.curiosity, None, "whole"))
    return table(
        [
            row | {"at": at, "colour": colours[float(str(row["value"])) < 0]}
            for at, row in enumerate(rows)
        ]
    )


KNOWLEDGE, CURIOSITY, DRAWS = "= expected reward", "+ luck", "= sample"


def drawn(gap: Gap, least: float) -> list[tuple[Source, float]]:
    """Parts of at least this reward, the largest first."""
    parts = largest_first({source: part.mean for source, part in gap.parts.items()})
    return [(source, by) for source, by in parts if abs(by) >= least]


def _row(
    scale: RewardScale,
    name: str,
    reward: float,
    sd: float | None,
    kind: str,
    possible: Ends = (-math.inf, math.inf),
) -> Row:
    value, written = scale.number(reward), scale.signed(reward, Z * (sd or 0.0))
    row: Row = {"name": name, "value": value, "told": written, "kind": kind}
    if not sd:
        return row
    ends = (reward - Z * sd, reward + Z * sd)
    if scale.unit:
        ends = max(ends[0], possible[0]), min(ends[1], possible[1])
    return row | {"low": scale.number(ends[0]), "high": scale.number(ends[1])}


@lru_cache(maxsize=64)
def gap_spec(
    dark: bool, rows: int, reach: float, action: str, other: str, number_format: str = "+,.3f"
) -> Spec:
    """Bars from zero: to the right for an action, left for the other; 95 % intervals."""
    look, is_whole = theme(dark), "datum.kind === 'whole'"
    x = _across(f"← for {other} | for {action} →", (-reach, reach), _axis_format(reach, "+"))
    y = _lanes()
    # Drawn values have no interval; the tooltip would show null.
    told = tooltip(name="What") + tooltip(number_format, value="Adds")
    may = tooltip(number_format, low="At least (95 %)", high="At most (95 %)")
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


def _axis_format(reach: float, sign: str = "") -> str:
    """D3 format of the numbers of an axis that ends there."""
    return f"{sign},.{max(2, 2 - math.floor(math.log10(reach)))}~f"


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


def worth_rows(each: Sequence[Importance], names: Sequence[str], scale: RewardScale) -> pa.Table:
    """Rows of `worth_spec`, one for each omitted field."""
    return table(
        [
            {
                "at": at,
                "name": name,
                "value": scale.number(importance.loss.mean),
                "low": scale.number(importance.loss.low),
                "high": scale.number(importance.loss.high),
                "told": f"{importance.score:.0f}",
                "matters": importance.loss.low > 0,
            }
            for at, (importance, name) in enumerate(zip(each, names, strict=True))
        ]
    )


@lru_cache(maxsize=32)
def worth_spec(dark: bool, rows: int, ends: Ends, scale: RewardScale) -> Spec:
    """Bars from zero: reward a visitor lost without a field, with its interval."""
    look = theme(dark)
    title = f"{scale.unit or 'reward'} lost{scale.per}"
    x = _across(title, ends, _axis_format(ends[1]))
    y = _lanes()
    tips = tooltip(name="Left out")
    number_format = f",.{scale.digits + 1}f"
    tips += tooltip(
        number_format, value="Reward lost", low="At least (95 %)", high="At most (95 %)"
    )
    colour = alt.condition("datum.matters", alt.value(look.accent), alt.value(look.faint))
    bars = blank().mark_bar(height=14, cornerRadius=2)
    layers = [
        bars.encode(y, x, x2=alt.datum(0), color=colour, tooltip=tips),
        *_lines(dark, y),
    ]
    return finish(dark, _ROOM + _LANE * rows, *layers)
