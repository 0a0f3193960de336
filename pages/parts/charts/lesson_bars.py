"""Bars and intervals of lessons about logs: statements about several things, and the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt
import pyarrow as pa

from engine.evaluation.estimators import Interval
from pages.parts.charts.bars import intervals, upright, words
from pages.parts.charts.base import Spec, blank, finish, lanes, only, table, tooltip
from pages.parts.text.format import percent
from pages.parts.text.theme import theme

_BAR, _GAP = 16, 15
_ROOM = 1.2
"""Length of the axis relative to the longest bar, with room for numbers behind the bars."""


@dataclass(frozen=True, slots=True)
class Said:
    """A bar.

    Attributes:
        of: name of the lane.
        by: name of the author.
        low, high: interval of the value; None without one.
        told: text beside the bar; the percentage by default.
    """

    of: str
    by: str
    value: float
    low: float | None = None
    high: float | None = None
    told: str = ""

    @classmethod
    def within(cls, of: str, by: str, interval: Interval) -> "Said":
        """Bar of an estimate with its interval."""
        return cls(of, by, interval.estimate, interval.low, interval.high)


@lru_cache(maxsize=32)
def said_spec(
    dark: bool,
    things: int,
    by: tuple[str, ...],
    own: str,
    truth: str = "",
    most: float = 1,
    unit: str = "%",
) -> Spec:
    """Bars in a lane for each thing, one for each author, with marks at the truth.

    Args:
        things: number of lanes.
        by: names of the authors.
        own: the author in the colour of the loop.
        truth: name of the truth; empty without marks.
        most: end of the axis; above 1 there is a line at 1.
        unit: format of the axis.
    """
    look = theme(dark)
    step = 0.2 if most <= 1 else 0.5
    ticks = [step * tick for tick in range(int(max(1.0, most) / step) + 1)]
    axis = alt.Axis(format=unit, title=None, values=ticks, tickCount=len(ticks))
    x = alt.X("value:Q").scale(domain=(0, max(1.0, most) * _ROOM), nice=False).axis(axis)
    y = lanes("of", labelLimit=150).scale(paddingInner=0.3)
    base = blank().encode(y)
    inks = {name: look.accent if name == own else look.faint for name in by}
    inks |= {truth: look.ink} if truth else {}
    colour = (
        alt.Color("by:N")
        .scale(domain=list(inks), range=list(inks.values()))
        .legend(columnPadding=4, symbolType="square", symbolOpacity=1)
    )
    tips = tooltip(of="For", by="Source") + tooltip(".1%", value="Value", low="From", high="To")
    says, offset = alt.datum.by != truth, alt.YOffset("by:N").scale(domain=list(by))
    bars = base.transform_filter(says).encode(yOffset=offset)
    return finish(
        dark,
        (_BAR * len(by) + _GAP) * things + 60,
        bars.mark_bar(cornerRadiusEnd=4, opacity=0.7).encode(x, colour, tooltip=tips),
        *([upright(dark, alt.XDatum(1), strokeDash=[4, 4])] if most > 1 else ()),
        intervals(dark, y, 2.5).encode(yOffset=offset),
        words(y, alt.X("end:Q")).transform_filter(says).encode(yOffset=offset),
        only("by", truth)
        # By the lane's height, which on the stage depends on the screen.
        .mark_tick(thickness=4, size=alt.ExprRef("bandwidth('y') + 4"), opacity=1)
        .encode(x, y, colour, tooltip=tips),
    )


def said_rows(
    said: Sequence[Said], truths: Sequence[tuple[str, float]], truth: str, others: str = ""
) -> pa.Table:
    """Rows of `said_spec`: statements and truths; ``others`` names a lane without bars."""
    rows: list[dict[str, object]] = [
        {
            "of": statement.of,
            "by": statement.by,
            "value": statement.value,
            "low": statement.low,
            "high": statement.high,
            "end": max(statement.value, statement.high or 0.0),
            # As in the text beside it: a browser would round halves up.
            "told": statement.told or percent(statement.value),
        }
        for statement in said
    ]
    rows += [{"of": of, "by": truth, "value": value} for of, value in truths]
    if others:
        rows.append({"of": others, "by": said[0].by, "value": 0.0, "end": 0.0, "told": ""})
    return table(rows)


# -- one interval from each of many logs ----------------------------------------------

_LINES = 8


@lru_cache(maxsize=8)
def again_spec(dark: bool, logs: int, names: tuple[str, str]) -> Spec:
    """Intervals with estimates, one for each log, coloured by name, with the truth across."""
    look = theme(dark)
    axis = alt.Axis(format="%", title=None)
    x = alt.X("low:Q").scale(domain=(0, 1), nice=False).axis(axis)
    colour = (
        alt.Color("name:N")
        .scale(domain=list(names), range=[look.accent, look.ink])
        .legend(symbolType="stroke")
    )
    base = only("kind", "log").encode(alt.Y("log:O").axis(None), colour)
    tips = tooltip(name="Name") + tooltip(".1%", value="Value", low="From", high="To")
    return finish(
        dark,
        _LINES * logs + 60,
        base.mark_rule(strokeWidth=3.5, opacity=0.8).encode(x, alt.X2("high:Q"), tooltip=tips),
        base.mark_point(filled=True, size=36, opacity=1).encode(alt.X("value:Q"), tooltip=tips),
        only("kind", "truth")
        .mark_rule(strokeWidth=2, strokeDash=[6, 4], color=look.ink, aria=False)
        .encode(alt.X("value:Q")),
    )


def again_rows(intervals: Sequence[Interval], truth: float, names: tuple[str, str]) -> pa.Table:
    """Rows of `again_spec`; ``names`` of intervals with the truth, and of those without."""
    rows: list[dict[str, object]] = [
        {
            "kind": "log",
            "log": number,
            "name": names[0] if interval.holds(truth) else names[1],
            "value": interval.estimate,
            "low": interval.low,
            "high": interval.high,
        }
        for number, interval in enumerate(intervals)
    ]
    return table([*rows, {"kind": "truth", "value": truth}])
