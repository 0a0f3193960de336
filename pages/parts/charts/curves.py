"""Learning curves of a loop: rewards and regret over the visitors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from engine.evaluation.learning_curve import RECENT_VISITORS, recent_visitors
from engine.worlds import World
from pages.parts.charts.base import PAGE, Size, Spec, table
from pages.parts.charts.belief_scale import rounded_up
from pages.parts.charts.lines import EXACT, LineStyle, Rows, edge, labelled, lines, span_of
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import theme

Curve = Sequence[Mapping[str, float]]
"""Rows of `engine.evaluation.learning_curve.LearningCurve.rows`."""

_PLAIN = RewardScale()
SO_FAR, LOOP = "so far", "this session"
UNIFORM, SINGLE, BEST = "random", "best single offer", "best possible"
"""Levels of the mean reward: random choice, the best single action, the best action per visitor."""

_SETTLED = 0.25
"""Share of the visitors after whom mean rewards lie within the axis; those of the first few are cut
off where they are higher."""
_LEAST = 1e-9
"""Least end of an axis, for loops that have earned nothing."""
_SHORTEST = 10
"""Least end of an axis of visitors."""
HEIGHT = 240
"""Pixels of a chart."""


@dataclass(frozen=True, slots=True)
class RewardAxis:
    """Axis of mean rewards.

    Attributes:
        scale: format of mean rewards.
        recent: number of visitors in the mean of the latest.
        top: end, in the scale's numbers, at least the size of rewards; that of rewards that are
            written as they are is fixed.
    """

    scale: RewardScale = _PLAIN
    recent: int = RECENT_VISITORS
    top: float = 1.04

    @classmethod
    def of(cls, world: World, home: World, curve: Curve, truth: bool) -> "RewardAxis":
        """Axis of the curve of a loop that began in the world ``home``, with the best possible
        means if ``truth``."""
        scale, recent = RewardScale.of(world), recent_visitors(home)
        if not scale.unit:
            return cls(scale, recent)
        start = _SETTLED * curve[-1]["visitor"]
        names = ("mean", "recent", *(("best",) if truth else ()))
        values = (row[name] for row in curve if row["visitor"] >= start for name in names)
        top = rounded_up(scale.number(max(*values, world.reward_size, _LEAST)))
        return cls(scale, recent, top)

    @property
    def latest(self) -> str:
        """Name of the line of the latest visitors."""
        return f"last {self.recent}"


_AXIS = RewardAxis()


def _known(dark: bool) -> dict[str, LineStyle]:
    faint, ink = theme(dark).faint, theme(dark).ink
    return {UNIFORM: LineStyle(faint, "square", 1.3), SINGLE: LineStyle(faint, "diamond", 1.3),
            BEST: LineStyle(ink, "cross", 1.5)}  # fmt: skip


def reward_spec(
    dark: bool,
    truth: bool,
    axis: RewardAxis = _AXIS,
    height: int = HEIGHT,
    is_changed: bool = False,
) -> Spec:
    """Lines: mean reward so far and of the latest visitors, against known values; with rules where
    the world ``is_changed``."""
    accent = theme(dark).accent
    looks = {axis.latest: LineStyle(accent, "square", 6.0), SO_FAR: LineStyle(accent)}
    known = _known(dark) if truth else {}
    every, ends = (*looks.items(), *known.items()), (0.0, axis.top)
    rule, number = "World changed after visitor" if is_changed else "", _number(axis.scale)
    title, change = axis.scale.title, "world changed"
    is_low = height < HEIGHT
    return lines(
        dark, None, ends, title, every, height, rule, number=number, change=change, is_low=is_low
    )


def regret_spec(dark: bool, scale: RewardScale = _PLAIN) -> Spec:
    """Lines: reward lost against the best possible, summed up."""
    known = {name: look for name, look in _known(dark).items() if name != BEST}
    looks = {**known, LOOP: LineStyle(theme(dark).accent)}
    title = f"{scale.unit if scale.is_money else 'rewards'} missed"
    every = tuple(looks.items())
    return lines(dark, None, None, title, every, HEIGHT, number=_number(scale))


def reward_rows(
    curve: Curve,
    truth: bool,
    size: Size = PAGE,
    axis: RewardAxis = _AXIS,
    height: int = HEIGHT,
    changes: Sequence[int] = (),
) -> pa.Table:
    """Rows of `reward_spec`; ``changes`` are the visitors before each change of the world."""
    span = max(curve[-1]["visitor"], _SHORTEST)
    rows = melted(curve, {axis.latest: "recent", SO_FAR: "mean"})
    if len(rows) == 2:  # A line of one point is not drawn.
        rows = [row | {"mark": True} for row in rows]
    if truth:
        known = {UNIFORM: "uniform", SINGLE: "single", BEST: "best"}
        rows += [row for line, column in known.items() for row in steps(line, curve, column, span)]
    rows = _times(axis.scale.factor, rows)
    return table([*labelled(rows, (0.0, axis.top), size.room(height), changes), edge(span)])


def _number(scale: RewardScale) -> str:
    """D3 format of the values in a tooltip."""
    return scale.format if scale.unit else EXACT


def _times(factor: float, rows: Rows) -> Rows:
    """Rows with values in another unit."""
    return [row | {"value": factor * float(str(row["value"]))} for row in rows]


def regret_rows(curve: Curve, scale: RewardScale = _PLAIN) -> pa.Table:
    """Rows of `regret_spec`: rewards, or money."""
    last, worth = curve[-1], scale.most if scale.is_money else 1.0
    most = worth * max(last["regret"], last["uniform_regret"])
    top = rounded_up(max(most, _LEAST)) if scale.unit else span_of(most, least=10)
    rows = melted(curve, {LOOP: "regret", UNIFORM: "uniform_regret", SINGLE: "single_regret"})
    rows = _times(worth, rows)
    return table([*labelled(rows, (0, top), HEIGHT), edge(max(last["visitor"], _SHORTEST), top)])


def steps(line: str, curve: Curve, column: str, span: float) -> Rows:
    """Rows of a line with a step at each change of the world."""
    points = [(0.0, curve[0][column])]
    for row in curve:
        if row[column] != points[-1][1]:
            points += [(row["visitor"], points[-1][1]), (row["visitor"], row[column])]
    points.append((span, points[-1][1]))
    return [{"line": line, "visitor": at, "value": value} for at, value in points]


def level(line: str, value: float, span: int) -> Rows:
    """Rows of a level line."""
    return [{"line": line, "visitor": at, "value": value} for at in (0, span)]


def melted(curve: Curve, columns: Mapping[str, str]) -> Rows:
    """Rows of lines from the columns of a curve."""
    return [
        {"line": line, "visitor": row["visitor"], "value": row[column]}
        for line, column in columns.items()
        for row in curve
    ]
