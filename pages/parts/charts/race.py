"""A race: contenders over the visitors, who earns most, and for whom each of them loses."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import cycle

import altair as alt
import pandas as pd

from engine.arrays import Array
from engine.evaluation.intervals import Band, Estimate
from engine.evaluation.windows import thinned
from engine.experiments.race.plan import Plan
from engine.experiments.race.standings import Final, SegmentRegret
from engine.worlds import World
from pages.parts.charts.base import (
    Spec,
    across,
    blank,
    finish,
    lanes,
    legend,
    segment_names,
    tooltip,
    visitors_axis,
)
from pages.parts.charts.curves import Styles, lines
from pages.parts.theme import Theme, theme

Entries = tuple[tuple[str, str], ...]
"""(key, name) of the contenders, in the order in which they are shown."""

_ROWS = 1_200
"""Rows that one chart draws smoothly."""
_STYLES: Mapping[str, tuple[int | Callable[[Theme], str], list[int]]] = {
    "ours": (lambda look: look.accent, [1, 0]),
    "single": (10, [7, 3]),
    "epsilon": (1, [1, 0]),
    "greedy": (2, [3, 2]),
    "softmax": (3, [1, 0]),
    "ucb": (0, [8, 2, 2, 2]),
    "ab": (4, [5, 3]),
    "segments": (9, [2, 2]),
    "classic": (6, [1, 0]),
    "uniform": (lambda look: look.faint, [1, 3]),
}
"""A place in the palette, and dashes: whoever mixes up two colours can tell them apart."""
_OTHERS = [(place, dashes) for dashes in ([4, 4], [9, 3]) for place in (5, 7, 8, 11)]
"""The same for all other contenders, in turn."""


def styles_of(entries: Entries, dark: bool) -> Styles:
    """Name of each contender -> its dashes and its colour, the same in every chart."""
    found: dict[str, tuple[list[int], str]] = {}
    look, others = theme(dark), cycle(_OTHERS)
    for key, name in entries:
        colour, dashes = _STYLES[key] if key in _STYLES else next(others)
        found[name] = (dashes, look.actions[colour] if isinstance(colour, int) else colour(look))
    return found


def _colour_of(entries: Entries, dark: bool, keys: alt.Legend | None = None) -> alt.Color:
    """The one colour that each contender has in every chart."""
    styles = styles_of(entries, dark)
    colours = [colour for _, colour in styles.values()]
    return alt.Color("line:N").scale(domain=list(styles), range=colours).legend(keys)


# -- over the visitors ----------------------------------------------------------------


@lru_cache(maxsize=64)
def reward_spec(dark: bool, span: int, window: int, entries: Entries) -> Spec:
    """Lines with bands: mean reward of the latest visitors."""
    return _lines(dark, span, 1.04, f"mean reward, last {window:,} visitors", entries)


@lru_cache(maxsize=64)
def regret_spec(dark: bool, span: int, top: int, entries: Entries) -> Spec:
    """Lines with bands: reward lost against the best possible, summed up."""
    return _lines(dark, span, top, "cumulative regret (rewards lost)", entries)


def _lines(dark: bool, span: int, top: float, title: str, entries: Entries) -> Spec:
    styles, height = styles_of(entries, dark), 270 + _legend_height(entries)
    return lines(dark, span, (0, top), title, styles, height, "Tastes change after visitor", True)


def _legend_height(entries: Entries) -> int:
    """Pixels that a legend of two columns takes."""
    return 21 * math.ceil(len(entries) / 2)


def band_rows(plan: Plan, bands: Mapping[str, Band], entries: Entries) -> pd.DataFrame:
    """Rows of the two above, for bands by contender: line, visitor, value, low, high, error."""
    names, points = dict(entries), plan.points
    at = thinned(0, len(points) - 1, max(2, _ROWS // max(1, len(bands))))
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
    scale = alt.Scale(domain=list(names), range=list(theme(dark).actions[: len(names)]))
    figures = tooltip(",.0f", visitor="Visitor") + tooltip(".1%", weight="Weight")
    areas = (
        blank()
        .mark_area(opacity=0.8)
        .encode(
            visitors_axis(span),
            alt.Y("weight:Q").stack("zero").scale(domain=(0, 1)).axis(title="weight", format="%"),
            alt.Color("hypothesis:N", scale=scale, legend=legend()),
            tooltip=tooltip(hypothesis="Hypothesis") + figures,
        )
    )
    return finish(dark, 280, areas)


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
    x = across("reward", "mean reward a visitor, 95 % interval", (0, 1.04), tickCount=5)
    y = lanes("line", labelLimit=190, labelOverlap=False, labelFlush=False)
    y = y.sort(field="place", op="min")
    figures = tooltip(".4f", reward="Mean reward", low="From", high="To")
    tips = tooltip(line="Contender") + figures
    base = blank().encode(y=y)
    colour = _colour_of(entries, dark)
    words = base.encode(alt.X("at:Q"), text=alt.Text("reward:Q", format=".3f"))
    left, right = (words.transform_filter(alt.datum.left == side) for side in (True, False))
    return finish(
        dark,
        34 * len(entries) + 46,
        base.mark_rule(strokeWidth=3, clip=True, aria=False).encode(
            x=alt.X("low:Q"), x2="high:Q", color=colour, tooltip=tips
        ),
        base.mark_point(filled=True, size=110, opacity=1).encode(x, color=colour, tooltip=tips),
        left.mark_text(align="right", dx=-10, fontSize=13, color=theme(dark).ink),
        right.mark_text(align="left", dx=10, fontSize=13, color=theme(dark).ink),
    )


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
    tips = tooltip(line="Contender", field="Field", value="Value")
    tips += tooltip(".4f", regret="Regret a visitor", low="95 % interval from", high="To")
    tips += tooltip(",.0f", visitors="Visitors a crowd")
    dots = blank().mark_point(filled=True, size=95, opacity=0.9)
    colour = _colour_of(entries, dark, legend(symbolType="circle"))
    height = 27 * size + 60 + _legend_height(entries)
    return finish(dark, height, dots.encode(x, y, color=colour, tooltip=tips))


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
