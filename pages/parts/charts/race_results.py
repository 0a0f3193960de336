"""How a race ended: who earns most, and for whom each contender loses."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import altair as alt
import pandas as pd

from engine.evaluation.intervals import Estimate
from engine.experiments.race.standings import Final, SegmentRegret
from engine.worlds import World
from pages.parts.charts.base import Spec, across, blank, finish, lanes, legend, segment_names
from pages.parts.charts.race import Entries, colour_of, legend_height
from pages.parts.theme import theme


@lru_cache(maxsize=64)
def finals_spec(dark: bool, entries: Entries) -> Spec:
    """Dots with intervals: mean reward of each contender, the highest on top."""
    x = across("reward", "mean reward a visitor, 95 % interval", (0, 1.04), tickCount=5)
    y = lanes("line", labelLimit=190, labelOverlap=False, labelFlush=False)
    y = y.sort(field="place", op="min")
    tooltip = [
        alt.Tooltip("line:N", title="Contender"),
        alt.Tooltip("reward:Q", title="Mean reward", format=".4f"),
        alt.Tooltip("low:Q", title="From", format=".4f"),
        alt.Tooltip("high:Q", title="To", format=".4f"),
    ]
    base = blank().encode(y=y)
    colour = colour_of(entries, dark)
    words = base.encode(alt.X("at:Q"), text=alt.Text("reward:Q", format=".3f"))
    left, right = (words.transform_filter(alt.datum.left == side) for side in (True, False))
    layers = alt.layer(
        base.mark_rule(strokeWidth=3, clip=True, aria=False).encode(
            x=alt.X("low:Q"), x2="high:Q", color=colour, tooltip=tooltip
        ),
        base.mark_point(filled=True, size=110, opacity=1).encode(x, color=colour, tooltip=tooltip),
        left.mark_text(align="right", dx=-10, fontSize=13, color=theme(dark).ink),
        right.mark_text(align="left", dx=10, fontSize=13, color=theme(dark).ink),
    )
    return finish(layers.properties(height=34 * len(entries) + 46), dark)


def finals_rows(finals: Sequence[Final], entries: Entries) -> pd.DataFrame:
    """Rows of `finals_spec`: line, place, reward, low, high, and the number's place beside them."""
    names = dict(entries)
    return pd.DataFrame(
        [
            {
                "line": names[final.contender],
                "place": place,
                "reward": final.reward.mean,
                "low": final.reward.low,
                "high": final.reward.high,
                "left": final.reward.mean > 0.7,
                "at": _beside(final.reward),
            }
            for place, final in enumerate(finals)
        ]
    )


def _beside(reward: Estimate) -> float:
    """The end of an interval that has room beside it."""
    if math.isnan(reward.low):
        return reward.mean
    return max(reward.low, 0.25) if reward.mean > 0.7 else min(reward.high, 0.85)


@lru_cache(maxsize=64)
def segments_spec(dark: bool, size: int, top: float, entries: Entries) -> Spec:
    """Dots: regret a visitor of each contender, among those with each value of the context."""
    x = across("regret", "regret a visitor (rewards lost)", (0, top), tickCount=5)
    y = lanes("value", labelLimit=150, labelOverlap=False, grid=True)
    tooltip = [
        alt.Tooltip("line:N", title="Contender"),
        alt.Tooltip("field:N", title="Field"),
        alt.Tooltip("value:N", title="Value"),
        alt.Tooltip("regret:Q", title="Regret a visitor", format=".4f"),
        alt.Tooltip("low:Q", title="95 % interval from", format=".4f"),
        alt.Tooltip("high:Q", title="To", format=".4f"),
        alt.Tooltip("visitors:Q", title="Visitors a crowd", format=",.0f"),
    ]
    dots = blank().mark_point(filled=True, size=95, opacity=0.9)
    colour = colour_of(entries, dark, legend(symbolType="circle"))
    layers = alt.layer(dots.encode(x, y, color=colour, tooltip=tooltip))
    height = 27 * size + 60 + legend_height(entries)
    return finish(layers.properties(height=height), dark)


def segments_rows(
    segments: Iterable[SegmentRegret], entries: Entries, world: World
) -> pd.DataFrame:
    """Rows of `segments_spec`: line, field, value, regret, low, high, visitors."""
    found = {(s.contender, s.field, s.value): s for s in segments}
    return pd.DataFrame(
        [
            {
                "line": name,
                "field": field.label,
                "value": label,
                "regret": segment.regret.mean,
                "low": segment.regret.low,
                "high": segment.regret.high,
                "visitors": segment.visitors,
            }
            for (field, value), label in zip(world.segments(), segment_names(world), strict=True)
            for key, name in entries
            if (segment := found.get((key, field.name, value.name))) is not None
        ]
    )


def tenths_above(values: Iterable[float]) -> float:
    """End of an axis that holds all values, growing in steps of a tenth."""
    return max(0.1, math.ceil(10 * max(values, default=0.0) - 1e-9) / 10)
