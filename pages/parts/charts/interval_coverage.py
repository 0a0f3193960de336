"""Coverage of estimators: share of intervals that contained the truth, and mean width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt
import pyarrow as pa

from pages.parts.charts.bars import upright, words
from pages.parts.charts.base import Spec, across, blank, finish, lanes, table, tooltip
from pages.parts.text.theme import theme

ROW = 32
PROMISED = 0.95


@dataclass(frozen=True, slots=True)
class Kept:
    """Intervals of an estimator: how many held the truth, and the mean width as a number and as a
    text."""

    name: str
    held: int
    intervals: int
    width: float
    width_text: str

    @property
    def how_wide(self) -> str:
        """The mean width in words; infinite for a log of a single event."""
        return f"{self.width_text} wide" if math.isfinite(self.width) else "some unbounded"


@lru_cache(maxsize=16)
def coverage_spec(dark: bool, rows: int) -> Spec:
    """Bars: share of intervals that held the truth, with the promised share."""
    look = theme(dark)
    x = across("share", "intervals that contained the truth", (0, 1), format="%")
    y = lanes("name", labelLimit=170, labelPadding=8)
    tips = tooltip(name="Estimator") + tooltip(".1%", share="Contained the truth")
    tips += tooltip(",", held="Intervals with the truth", intervals="Intervals")
    tips += tooltip(width="Mean width")
    base = blank().encode(y=y, tooltip=tips)
    colour = alt.condition("datum.keeps", alt.value(look.accent), alt.value(look.faint))
    return finish(
        dark,
        ROW * rows + 48,
        base.mark_bar(height=18, cornerRadiusEnd=3, opacity=0.85).encode(x, color=colour),
        upright(dark, alt.datum(PROMISED), strokeWidth=2, strokeDash=[4, 3]).transform_filter(
            "datum.first"
        ),
        words(y, aria=True).encode(tooltip=tips),
    )


def coverage_rows(kept: Sequence[Kept]) -> pa.Table:
    """Rows of `coverage_spec`: name, share, held, intervals, width, told, keeps, first."""
    return table(
        [
            {
                "name": bar.name,
                "share": bar.held / bar.intervals,
                "held": bar.held,
                "intervals": bar.intervals,
                "width": bar.width_text,
                "told": f"{bar.held:,}/{bar.intervals:,}, {bar.how_wide}",
                "keeps": bar.held >= PROMISED * bar.intervals,
                "first": place == 0,
            }
            for place, bar in enumerate(kept)
        ]
    )
