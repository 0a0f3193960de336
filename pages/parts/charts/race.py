"""Contenders over the visitors of their crowds, and where each loses."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from engine.arrays import Array
from engine.intervals import Band, Estimate
from engine.plan import Plan
from engine.standings import Final, Segment
from pages.parts.charts.base import Spec, accent, blank, faint, finish, ink
from pages.parts.charts.curves import Styles, lines
from pages.parts.look import palette

Entries = tuple[tuple[str, str], ...]
"""(key, name) of the contenders, in the order in which they are shown."""

_ROWS = 1_200
"""Rows that one chart draws smoothly."""
_DASHES: Mapping[str, tuple[int | None, list[int]]] = {
    "ours": (None, [1, 0]),
    "single": (10, [7, 3]),
    "epsilon": (1, [1, 0]),
    "greedy": (2, [3, 2]),
    "softmax": (3, [1, 0]),
    "ucb": (0, [8, 2, 2, 2]),
    "ab": (4, [5, 3]),
    "segments": (9, [2, 2]),
    "classic": (6, [1, 0]),
}
"""Place in the palette, and dashes: whoever mixes up two colours can tell them apart."""


def styles_of(entries: Entries, dark: bool) -> Styles:
    """Name of each contender -> its dashes and its colour, the same in every chart."""
    found: dict[str, tuple[list[int], str]] = {}
    for key, name in entries:
        if key not in _DASHES:
            found[name] = ([1, 3], faint(dark))
            continue
        place, dashes = _DASHES[key]
        found[name] = (dashes, accent(dark) if place is None else palette(dark)[place])
    return found


def _colour(entries: Entries, dark: bool, legend: alt.Legend | None = None) -> alt.Color:
    styles = styles_of(entries, dark)
    colours = [colour for _, colour in styles.values()]
    return alt.Color("line:N").scale(domain=list(styles), range=colours).legend(legend)


# -- over the visitors ----------------------------------------------------------------


@lru_cache(maxsize=64)
def reward_spec(dark: bool, span: int, window: int, entries: Entries) -> Spec:
    """Lines with bands: mean reward of the latest visitors."""
    title = f"mean reward, last {window:,} visitors"
    return _lines(dark, span, (0, 1.04), title, entries)


@lru_cache(maxsize=64)
def regret_spec(dark: bool, span: int, top: int, entries: Entries) -> Spec:
    """Lines with bands: reward lost against the best possible, summed up."""
    title = "cumulative regret (rewards lost)"
    return _lines(dark, span, (0, top), title, entries)


def _lines(
    dark: bool, span: int, domain: tuple[float, float], title: str, entries: Entries
) -> Spec:
    styles, height = styles_of(entries, dark), 270 + _legend_height(entries)
    return lines(dark, span, domain, title, styles, height, "Tastes change after visitor", True)


def _legend_height(entries: Entries) -> int:
    """Pixels that a legend of two columns takes."""
    return 21 * math.ceil(len(entries) / 2)


def band_rows(plan: Plan, bands: Mapping[str, Band], entries: Entries) -> pd.DataFrame:
    """Rows of the two above: line, visitor, value, low, high, error.

    Args:
        bands: by key of the contender.
    """
    names = dict(entries)
    points = plan.points
    each = max(2, _ROWS // max(1, len(bands)))
    at = np.unique(np.linspace(0, len(points) - 1, min(each, len(points))).round().astype(int))
    frames = [
        pd.DataFrame(
            {
                "line": names[key],
                "visitor": points[at],
                "value": band.mean[at],
                "low": band.low[at],
                "high": band.high[at],
                "error": band.error[at],
            }
        )
        for key, band in bands.items()
    ]
    if plan.drift == "halfway":
        frames.append(pd.DataFrame({"line": [None], "visitor": [plan.visitors // 2]}))
    return pd.concat(frames)


@lru_cache(maxsize=16)
def weights_spec(dark: bool, span: int, names: tuple[str, ...]) -> Spec:
    """Areas on top of each other: how far each hypothesis is believed."""
    legend = alt.Legend(orient="top", title=None, columns=2, labelLimit=0)
    areas = (
        blank()
        .mark_area(opacity=0.8)
        .encode(
            alt.X("visitor:Q")
            .scale(domain=(0, span), nice=False)
            .axis(title="visitors", grid=False, tickCount=6),
            alt.Y("weight:Q").stack("zero").scale(domain=(0, 1)).axis(title="weight", format="%"),
            alt.Color("hypothesis:N")
            .scale(domain=list(names), range=list(palette(dark)[: len(names)]))
            .legend(legend),
            tooltip=[
                alt.Tooltip("hypothesis:N", title="Hypothesis"),
                alt.Tooltip("visitor:Q", title="Visitor", format=",.0f"),
                alt.Tooltip("weight:Q", title="Weight", format=".1%"),
            ],
        )
    )
    return finish(alt.layer(areas).properties(height=280), dark)


def weights_rows(plan: Plan, weights: Mapping[str, Array]) -> pd.DataFrame:
    """Rows of `weights_spec`: hypothesis, visitor, weight."""
    return pd.concat(
        pd.DataFrame({"hypothesis": name, "visitor": plan.points, "weight": values})
        for name, values in weights.items()
    )


# -- in the end -----------------------------------------------------------------------


@lru_cache(maxsize=64)
def finals_spec(dark: bool, entries: Entries) -> Spec:
    """Dots with intervals: mean reward of each contender, the highest on top."""
    x = (
        alt.X("reward:Q")
        .scale(domain=(0, 1.04), nice=False)
        .axis(title="mean reward a visitor, 95 % interval", tickCount=5)
    )
    y = (
        alt.Y("line:N")
        .sort(field="place", op="min")
        .axis(title=None, labelFontSize=13, labelLimit=190, labelOverlap=False, labelFlush=False)
    )
    tooltip = [
        alt.Tooltip("line:N", title="Contender"),
        alt.Tooltip("reward:Q", title="Mean reward", format=".4f"),
        alt.Tooltip("low:Q", title="From", format=".4f"),
        alt.Tooltip("high:Q", title="To", format=".4f"),
    ]
    base = blank().encode(y=y)
    colour = _colour(entries, dark)
    words = base.encode(alt.X("at:Q"), text=alt.Text("reward:Q", format=".3f"))
    left, right = (words.transform_filter(alt.datum.left == side) for side in (True, False))
    layers = alt.layer(
        base.mark_rule(strokeWidth=3, clip=True, aria=False).encode(
            x=alt.X("low:Q"), x2="high:Q", color=colour, tooltip=tooltip
        ),
        base.mark_point(filled=True, size=110, opacity=1).encode(x, color=colour, tooltip=tooltip),
        left.mark_text(align="right", dx=-10, fontSize=13, color=ink(dark)),
        right.mark_text(align="left", dx=10, fontSize=13, color=ink(dark)),
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
    legend = alt.Legend(orient="top", title=None, symbolType="circle", columns=2, labelLimit=0)
    x = (
        alt.X("regret:Q")
        .scale(domain=(0, top), nice=False)
        .axis(title="regret a visitor (rewards lost)", tickCount=5)
    )
    y = (
        alt.Y("value:N")
        .sort(None)
        .axis(title=None, labelFontSize=13, labelLimit=150, labelOverlap=False, grid=True)
    )
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
    layers = alt.layer(
        dots.encode(x, y, color=_colour(entries, dark, legend), tooltip=tooltip),
    )
    height = 27 * size + 60 + _legend_height(entries)
    return finish(layers.properties(height=height), dark)


def segments_rows(
    segments: Iterable[Segment],
    entries: Entries,
    order: Sequence[tuple[tuple[str, str], str, str]],
) -> pd.DataFrame:
    """Rows of `segments_spec`: line, field, value, regret, low, high, visitors.

    Args:
        order: ((field, value) of the world, label of the field, value with its picture).
    """
    names = dict(entries)
    found = {(s.contender, s.field, s.value): s for s in segments}
    return pd.DataFrame(
        [
            {
                "line": name,
                "field": label,
                "value": value,
                "regret": segment.regret.mean,
                "low": segment.regret.low,
                "high": segment.regret.high,
                "visitors": segment.visitors,
            }
            for place, label, value in order
            for key, name in names.items()
            if (segment := found.get((key, *place))) is not None
        ]
    )


def tenths_above(values: Iterable[float]) -> float:
    """End of an axis that holds all values, growing in steps of a tenth."""
    return max(0.1, math.ceil(10 * max(values, default=0.0) - 1e-9) / 10)
