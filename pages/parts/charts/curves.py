"""Rewards and regret over the visitors."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import altair as alt
import pyarrow as pa

from engine.evaluation.learning_curve import RECENT_VISITORS
from engine.worlds import World
from pages.parts.charts.base import Spec, blank, finish, legend, table, tooltip, visitors_axis
from pages.parts.theme import theme

Curve = Sequence[Mapping[str, float]]
"""Rows of `engine.evaluation.learning_curve.LearningCurve.rows`."""
Styles = Mapping[str, tuple[list[int], str]]
"""Name of a line -> its dashes and its colour."""

SO_FAR, LATEST, LOOP = "so far", f"last {RECENT_VISITORS}", "this loop"
UNIFORM, SINGLE, BEST = "uniform choice", "best single action", "best possible"


def span_of(size: float, least: int = 50) -> int:
    """End of an axis that holds ``size``: it grows in steps, so that lines creep, not jump."""
    if size <= least:
        return least
    power = int(10 ** math.floor(math.log10(size)))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= size)


@lru_cache(maxsize=128)
def reward_spec(dark: bool, span: int, truth: bool) -> Spec:
    """Lines: mean reward so far and of the latest visitors, against what could be had."""
    own = {SO_FAR: ([1, 0], theme(dark).accent), LATEST: ([2, 2], theme(dark).accent)}
    known = {UNIFORM: ([1, 3], theme(dark).faint), SINGLE: ([7, 4], theme(dark).faint),
             BEST: ([1, 0], theme(dark).faint)}  # fmt: skip
    return lines(
        dark, span, (0, 1.04), "mean reward", own | known if truth else own, 250 if truth else 200
    )


@lru_cache(maxsize=128)
def regret_spec(dark: bool, span: int, top: int) -> Spec:
    """Lines: reward lost against the best possible, summed up."""
    styles = {LOOP: ([1, 0], theme(dark).accent), UNIFORM: ([1, 3], theme(dark).faint),
             SINGLE: ([7, 4], theme(dark).faint)}  # fmt: skip
    return lines(dark, span, (0, top), "rewards lost", styles, 240)


def lines(
    dark: bool,
    span: int,
    domain: tuple[float, float],
    title: str,
    styles: Styles,
    height: int,
    rule: str = "Switched after visitor",
    bands: bool = False,
) -> Spec:
    """Lines over the visitors; a row without a line is a vertical rule at its visitor.

    Args:
        rule: what such a rule says.
        bands: whether rows have a low and a high, too.
    """
    names, keys = list(styles), legend(symbolType="stroke", symbolOpacity=1)
    dashes, colours = zip(*styles.values(), strict=True)
    x = visitors_axis(span)
    named, nameless = (blank().transform_filter(f"{no}isValid(datum.line)") for no in ("", "!"))
    axis = alt.Axis(title=title, tickCount=5, labelPadding=6)
    scale = alt.Scale(domain=domain, nice=False)
    colour = alt.Color("line:N").scale(domain=names, range=list(colours)).legend(keys)
    figures = {"value": title.capitalize()}
    if bands:
        figures |= {"low": "10 % of crowds below", "high": "10 % of crowds above"}
        figures["error"] = "Standard error"
    around = named.mark_area(opacity=0.15, clip=True, aria=False).encode(
        x, alt.Y("low:Q", scale=scale, axis=axis), alt.Y2("high:Q"), colour
    )
    curves = named.mark_line(strokeWidth=2.2, clip=True).encode(
        x,
        alt.Y("value:Q", scale=scale, axis=axis),
        colour,
        alt.StrokeDash("line:N").scale(domain=names, range=list(dashes)).legend(keys),
        tooltip=tooltip(line="Line")
        + tooltip(",.0f", visitor="Visitor")
        + tooltip(".3~f", **figures),
    )
    rules = nameless.mark_rule(strokeWidth=1.5, color=theme(dark).ink, strokeDash=[2, 2]).encode(
        x, tooltip=tooltip(",.0f", visitor=rule)
    )
    return finish(dark, height, *([around] if bands else []), curves, rules)


def reward_rows(world: World, curve: Curve, span: int, truth: bool) -> pa.Table:
    """Rows of `reward_spec`: line, visitor, value."""
    rows = melted(curve, {SO_FAR: "mean", LATEST: "recent"})
    if truth:
        levels = {UNIFORM: world.uniform_value, SINGLE: world.single_value, BEST: world.best_value}
        rows += [row for line, value in levels.items() for row in level(line, value, span)]
    return table(rows)


def regret_rows(curve: Curve) -> pa.Table:
    """Rows of `regret_spec`: line, visitor, value."""
    columns = {LOOP: "regret", UNIFORM: "uniform_regret", SINGLE: "single_regret"}
    return table(melted(curve, columns))


def level(line: str, value: float, span: int) -> list[dict[str, object]]:
    """Rows of a line that stays where it is."""
    return [{"line": line, "visitor": at, "value": value} for at in (0, span)]


def melted(curve: Curve, columns: Mapping[str, str]) -> list[dict[str, object]]:
    """Rows of lines, by the columns that they show."""
    return [
        {"line": line, "visitor": row["visitor"], "value": row[column]}
        for line, column in columns.items()
        for row in curve
    ]
