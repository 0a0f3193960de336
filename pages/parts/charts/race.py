"""A race: contenders over the visitors, final rewards, and losses by segment."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import cycle

import altair as alt
import pyarrow as pa

from engine.evaluation.curve_points import rows_of, thinned
from engine.evaluation.mean_intervals import Band
from engine.experiments.race.plan import Plan
from engine.experiments.race.standings import Final, SegmentRegret
from engine.worlds import World
from pages.parts.charts.bars import intervals, words
from pages.parts.charts.base import (
    PAGE,
    Size,
    Spec,
    across,
    blank,
    finish,
    lanes,
    segment_names,
    table,
    tooltip,
)
from pages.parts.charts.lines import LineStyle, LineStyles, Rows, labelled, lines
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import Theme, theme

Entries = tuple[tuple[str, str], ...]
"""(key, name) of the contenders, in the order in which they are shown."""

_AS_THEY_ARE = RewardScale(digits=3)
_ROWS = 1_200
"""Number of rows that a chart draws smoothly."""
_STAR = "M0,-1L.29,-.4L.95,-.31L.48,.15L.59,.81L0,.5L-.59,.81L-.48,.15L-.95,-.31L-.29,-.4Z"
_PENTAGON = "M0,-1L.95,-.31L.59,.81L-.59,.81L-.95,-.31Z"
_HEXAGON = "M-.5,-.87L.5,-.87L1,0L.5,.87L-.5,.87L-1,0Z"
_X = "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z"
_LOOKS: Mapping[str, tuple[int | Callable[[Theme], str], str]] = {
    "ours": (lambda look: look.accent, "circle"),
    "nofloor": (3, "square"),
    "textbook": (6, "triangle-up"),
    "single": (7, "diamond"),
    "epsilon": (1, "square"),
    "greedy": (5, "triangle-down"),
    "softmax": (8, _PENTAGON),
    "ucb": (2, "cross"),
    "ab": (9, "triangle-right"),
    "segments": (11, "triangle-left"),
    "classic": (10, _STAR),
    "present": (4, _HEXAGON),
    "uniform": (lambda look: look.faint, _X),
    "you": (lambda look: look.ink, "diamond"),
}
"""Position in the palette, and a shape for readers who cannot distinguish the colours.

The palette's first colour is too near to our own for some readers.
"""
_OTHERS = [(place, shape) for shape in ("diamond", "circle", _X) for place in (0, 5, 10, 11)]
"""Styles of further contenders, in turn; only the first has a colour without another user."""


def looks_of(entries: Entries, dark: bool) -> LineStyles:
    """Return the line style of each contender, identical in all charts."""
    styles, look, others = [], theme(dark), cycle(_OTHERS)
    for key, name in entries:
        colour, shape = _LOOKS[key] if key in _LOOKS else next(others)
        chosen = look.actions[colour] if isinstance(colour, int) else colour(look)
        styles.append((name, LineStyle(chosen, shape)))
    return tuple(styles)


def _scales(entries: Entries, dark: bool) -> tuple[alt.Scale, alt.Scale]:
    """Colour and shape of each contender, the same in every chart."""
    looks = looks_of(entries, dark)
    names = [name for name, _ in looks]
    colours, shapes = zip(*((look.colour, look.shape) for _, look in looks), strict=True)
    return alt.Scale(domain=names, range=colours), alt.Scale(domain=names, range=shapes)


# -- over the visitors ----------------------------------------------------------------

CURVES = 306
"""Height of the curves in pixels, such that a chart fits the window of a small laptop."""


def reward_spec(
    dark: bool,
    span: int,
    window: int,
    entries: Entries,
    drifts: bool = False,
    top: float = 1.04,
    scale: RewardScale = _AS_THEY_ARE,
) -> Spec:
    """Lines: mean reward of the latest visitors."""
    title = f"{scale.title}, last {window:,}"
    return _lines(dark, span, top, title, entries, drifts, scale.format if scale.unit else ".3~f")


def regret_spec(
    dark: bool,
    span: int,
    top: float,
    entries: Entries,
    drifts: bool = False,
    unit: str = "rewards",
) -> Spec:
    """Lines: reward lost against the best possible, summed up, in rewards or money."""
    return _lines(dark, span, top, f"{unit} missed so far (regret)", entries, drifts, ",.3~f")


def _lines(
    dark: bool, span: int, top: float, title: str, entries: Entries, drifts: bool, number: str
) -> Spec:
    looks, rule = looks_of(entries, dark), "Tastes change after visitor" if drifts else ""
    return lines(
        dark,
        span,
        (0, top),
        title,
        looks,
        CURVES,
        rule,
        spread=True,
        number=number,
        change="tastes change",
    )


def band_rows(
    plan: Plan,
    bands: Mapping[str, Band],
    entries: Entries,
    top: float,
    banded: Collection[str],
    size: Size = PAGE,
    factor: float = 1,
    first: int = 0,
) -> pa.Table:
    """Rows of the two charts above, see `labelled`: bands by contender.

    Args:
        top: end of the vertical axis.
        banded: contenders with a band; all bands together would merge into grey.
        factor: from a reward to the number on the axis.
        first: position of the first point drawn.
    """
    names, points = dict(entries), plan.points
    at = thinned(first, len(points) - 1, max(2, _ROWS // max(1, len(bands))))
    rows: Rows = []
    for key, band in bands.items():
        columns = {"visitor": points[at].astype(float), "value": factor * band.mean[at]}
        if key in banded:
            columns |= {"low": factor * band.low[at], "high": factor * band.high[at]}
        rows += [{"line": names[key], **row} for row in rows_of(columns)]
    rules = [plan.visitors // 2] if plan.drift == "halfway" else []
    return table(labelled(rows, (0, top), size.room(CURVES), rules, [names[key] for key in bands]))


# -- in the end -----------------------------------------------------------------------


BET = " \N{LEFTWARDS ARROW} your bet"


@lru_cache(maxsize=64)
def finals_spec(
    dark: bool,
    top: float,
    entries: Entries,
    one_run: bool = False,
    scale: RewardScale = _AS_THEY_ARE,
) -> Spec:
    """Bars of each contender's mean reward, the highest on top, with 95 % intervals.

    Lanes are sorted by the reward itself: rows that a running race replaces keep the order in which
    they first came.

    Args:
        top: end of the axis.
        entries: key and name of each contender.
        one_run: True for a single run, without intervals.
    """
    title = f"{scale.title}{' of this one run' if one_run else ', 95 % interval'}"
    x = across("reward", title, (0, top))
    y = lanes("line", labelLimit=190, labelOverlap=False, labelPadding=24).sort(
        field="reward", op="max", order="descending"
    )
    tips = tooltip(line="Method") + tooltip(scale.format, reward=_capital(scale.title))
    tips += [] if one_run else tooltip(scale.format, low="From", high="To")
    colours, shapes = _scales(entries, dark)
    colour = alt.Color("line:N", scale=colours, legend=None)
    row = _ROW if len(entries) <= _MANY else _LOW_ROW
    base = blank().encode(y=y, tooltip=tips)
    bet = alt.condition("datum.bet", alt.value(theme(dark).accent), alt.value(theme(dark).ink))
    return finish(
        dark,
        row * len(entries) + 48,
        base.mark_bar(height=2 * row // 3, cornerRadiusEnd=4, opacity=0.85).encode(x, color=colour),
        intervals(dark, y).encode(tooltip=tips),
        base.mark_point(filled=True, size=95, opacity=1, xOffset=-13).encode(
            x=alt.value(0), color=colour, shape=alt.Shape("line:N", scale=shapes, legend=None)
        ),
        words(y, fontWeight="bold", aria=True).encode(color=bet),
    )


_ROW, _LOW_ROW, _MANY = 30, 22, 8
"""Pixels from one contender to the next, of up to so many, and of more."""


def finals_rows(
    finals: Sequence[Final],
    entries: Entries,
    bet: str | None,
    scale: RewardScale = _AS_THEY_ARE,
) -> pa.Table:
    """Rows of `finals_spec`, the highest first: line, reward, low, high, bet, and the text beside
    the bar."""
    names = dict(entries)
    return table(
        [
            {
                "line": names[final.contender],
                "reward": scale.number(final.reward.mean),
                "low": scale.number(final.reward.low),
                "high": scale.number(final.reward.high),
                "bet": final.contender == bet,
                "told": scale.value(final.reward.mean, doubt)
                + (BET if final.contender == bet else ""),
            }
            for final in finals
            for doubt in ((final.reward.high - final.reward.low) / 2,)
        ]
    )


@lru_cache(maxsize=64)
def segments_spec(
    dark: bool,
    size: int,
    top: float,
    entries: Entries,
    one_run: bool = False,
    scale: RewardScale = _AS_THEY_ARE,
) -> Spec:
    """Dots: regret a visitor of each contender, among those with each value of the context.

    Args:
        one_run: True for a single run, without intervals.
    """
    title = f"missed {scale.unit if scale.is_money else 'rewards'}{scale.per}"
    x = across("regret", f"{title}, %" if scale.unit == "%" else title, (0, top))
    y = lanes("value", labelLimit=150, labelOverlap=False, grid=True)
    tips = tooltip(line="Method", field="Field", value="Value")
    number = scale.format if scale.unit else ".4f"
    tips += tooltip(number, regret=f"Regret{scale.per}")
    tips += [] if one_run else tooltip(number, low="95 % interval from", high="To")
    tips += tooltip(",.0f", visitors="Visitors per repetition")
    dots = blank().mark_point(filled=True, size=95, opacity=0.9)
    # By the window: the plot has another width once the legend has its place, and a change of the
    # plot's width makes Vega look at the window again.
    keys = alt.Legend(columns=alt.ExprRef("width > 0 && windowSize()[0] < 641 ? 1 : 2"))
    colours, shapes = _scales(entries, dark)
    colour = alt.Color("line:N", scale=colours, legend=keys)
    shape = alt.Shape("line:N", scale=shapes, legend=keys)
    # On a phone each has a line of its own, for which rows may be lower, but not by more than 8.
    height = 27 * size + 60 + 22 * math.ceil(len(entries) / 2)
    height += max(0, 22 * (len(entries) // 2) - 8 * size)
    return finish(dark, height, dots.encode(x, y, color=colour, shape=shape, tooltip=tips))


def segments_rows(
    segments: Iterable[SegmentRegret],
    entries: Entries,
    world: World,
    scale: RewardScale = _AS_THEY_ARE,
) -> pa.Table:
    """Rows of `segments_spec`: line, field, value, regret, low, high, visitors."""
    by_segment = {(s.contender, s.field, s.value): s for s in segments}
    return table(
        [
            {
                "line": name,
                "field": field.label,
                "value": label,
                "regret": scale.number(segment.regret.mean),
                "low": scale.number(segment.regret.low),
                "high": scale.number(segment.regret.high),
                "visitors": segment.visitors,
            }
            for (field, value), label in zip(world.segments(), segment_names(world), strict=True)
            for key, name in entries
            if (segment := by_segment.get((key, field.name, value.name))) is not None
        ]
    )


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


def tenths_above(values: Iterable[float]) -> float:
    """End of an axis that holds all values, growing in steps of a tenth."""
    return max(0.1, math.ceil(10 * max(values, default=0.0) - 1e-9) / 10)
