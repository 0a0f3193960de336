"""One ranking: how often each action would be offered, and the belief behind it."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

import altair as alt
import pyarrow as pa

from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts.base import Spec, across, action_colour, blank, finish, only, table, tooltip
from pages.parts.text import percent
from pages.parts.theme import theme

REWARDS = (-0.75, 1.75)
"""Rewards that the bells' axis spans."""
_REACH = 3.5
"""Standard deviations from the mean to which a bell is drawn."""
_BELL = 0.82
"""Height of a bell, in lanes."""
_BAR = 0.46
"""Height of a bar, in lanes."""

Row = dict[str, object]


def height(world: World, small: bool) -> int:
    """Pixels of a chart with one lane for each action."""
    return max(180, 28 * len(world.items)) if small else max(330, 36 * len(world.items))


def _lanes(labels: Sequence[str], field: str = "lane", at: float = 0) -> alt.Y:
    """One horizontal lane for each action, lane 0 at the bottom, named at a share of its height."""
    size = len(labels)
    return (
        alt.Y(f"{field}:Q")
        .scale(domain=(-0.12, size - 0.02), nice=False, zero=False)
        .axis(
            values=[lane + at for lane in range(size)],
            labelExpr=f"{json.dumps(labels[::-1])}[floor(datum.value)]",
            title=None,
            grid=False,
            labelFontSize=13,
            labelBaseline="middle" if at else "bottom",
            labelPadding=8,
            labelLimit=170,
            labelOverlap=False,
        )
    )


@lru_cache(maxsize=64)
def probability_spec(world: World, dark: bool, small: bool = False) -> Spec:
    """Bars: how often each action would be offered to this visitor, with its error."""
    chances = [0, 0.25, 0.5, 0.75, 1]
    x = across("probability", "chance to be offered", (0, 1.55), values=chances, format="%")
    figures = tooltip(".2%", probability="Chance", error="Monte-Carlo error (1 sd)")
    base = blank().transform_calculate(
        top=f"datum.lane + {_BAR}",
        middle=f"datum.lane + {_BAR / 2}",
        low="max(0, datum.probability - 2 * datum.error)",
        high="min(1, datum.probability + 2 * datum.error)",
    )
    now, before = (base.transform_filter(alt.datum.when == when) for when in ("now", "before"))
    labels = [item.label for item in world.items]
    y, middle = (_lanes(labels, field, at=_BAR / 2) for field in ("lane", "middle"))
    box = {"x": x, "x2": alt.X2Datum(0), "y": y, "y2": "top:Q"}
    bars = now.mark_rect(cornerRadius=3).encode(
        **box, color=action_colour(world, dark), tooltip=tooltip(action="Action") + figures
    )
    ghosts = before.mark_rect(
        fillOpacity=0,
        stroke=theme(dark).ink,
        strokeDash=[3, 2],
        strokeWidth=1.3,
        cornerRadius=3,
        aria=False,
    ).encode(**box)
    errors = now.mark_rule(color=theme(dark).ink, strokeWidth=1.5, aria=False).encode(
        x="low:Q", x2="high:Q", y=middle
    )
    texts = now.mark_text(
        align="left", dx=7, fontSize=13, fontWeight=600, color=theme(dark).ink, aria=False
    ).encode(x="label_at:Q", y=middle, text="label:N")
    return finish(dark, height(world, small), bars, ghosts, errors, texts)


def probability_rows(world: World, now: Ranked, before: Ranked | None) -> pa.Table:
    """Rows of `probability_spec`: action, lane, probability, error, when and a label."""
    rows: list[Row] = []
    for i, item in enumerate(world.items):
        chance = now.probabilities[i]
        old = before.probabilities[i] if before else chance
        label = percent(chance)
        if abs(chance - old) >= 0.005:
            label = f"{percent(old)} → {label}"
        fact: Row = {"action": item.id, "lane": len(world.items) - 1 - i}
        if before:
            rows.append({**fact, "when": "before", "probability": old, "error": before.errors[i]})
        chances: Row = {"when": "now", "probability": chance, "error": now.errors[i]}
        rows.append({**fact, **chances, "label": label, "label_at": max(chance, old)})
    return table(rows)


@lru_cache(maxsize=64)
def belief_spec(world: World, dark: bool, small: bool = False) -> Spec:
    """Bells: what the engine believes each action would earn, and this visitor's draw.

    All bells are equally high; the width is the uncertainty.
    """
    x = across("reward", "believed expected reward", REWARDS, values=[0, 0.5, 1], format=".1~f")
    pictures = [item.emoji for item in world.items]
    y, top = _lanes(pictures), _lanes(pictures, "top")
    colour = action_colour(world, dark)
    action = tooltip(action="Action")
    figures = {"mean": "Believed expected reward", "sd": "Uncertainty (1 sd)"}
    belief = action + tooltip(".3f", **figures, draw="This visitor's draw")
    truth = action + tooltip(".3f", truth="True expected reward")
    now, before = only("when", "now"), only("when", "before")
    draws = now.transform_filter("isValid(datum.draw)").transform_calculate(
        reward=f"clamp(datum.draw, {REWARDS[0]}, {REWARDS[1]})", top="datum.lane + 0.42"
    )
    is_left = "datum.reward < 0.6"
    return finish(
        dark,
        height(world, small),
        _bell(now)
        .mark_area(fillOpacity=0.55)
        .encode(x, y, y2="top:Q", color=colour, tooltip=belief),
        _bell(before)
        .mark_line(color=theme(dark).ink, strokeDash=[3, 2], strokeWidth=1.3, aria=False)
        .encode(x, top, detail="action:N"),
        now.transform_calculate(reward="datum.mean", top=f"datum.lane + {_BELL}")
        .mark_rule(strokeWidth=2, aria=False)
        .encode(x, y, y2="top:Q", color=colour, tooltip=belief),
        draws.mark_rule(strokeWidth=1.2, color=theme(dark).ink, aria=False).encode(
            x, y, y2="top:Q"
        ),
        draws.mark_point(filled=True, stroke=theme(dark).ink, opacity=1).encode(
            x,
            top,
            color=colour,
            tooltip=belief,
            size=alt.condition("datum.wins", alt.value(190), alt.value(70)),
            strokeWidth=alt.condition("datum.wins", alt.value(2.4), alt.value(1)),
        ),
        draws.transform_filter("datum.wins")
        .mark_text(
            align=alt.ExprRef(f"{is_left} ? 'left' : 'right'"),
            dx=alt.ExprRef(f"{is_left} ? 11 : -11"),
            fontSize=12,
            fontWeight=600,
            color=theme(dark).ink,
            aria=False,
        )
        .encode(x, top, text=alt.value("highest draw")),
        now.transform_filter("isValid(datum.truth)")
        .transform_calculate(reward="datum.truth")
        .mark_point(
            shape="triangle-up",
            filled=True,
            opacity=1,
            size=80,
            color=theme(dark).ink,
            stroke=theme(dark).ground,
            strokeWidth=1.2,
            yOffset=-4,
        )
        .encode(x, y, tooltip=truth),
    )


def _bell(rows: alt.Chart) -> alt.Chart:
    """The points of each row's bell; the browser makes them, so that few rows travel."""
    low, high = REWARDS
    return (
        rows.transform_calculate(z=f"sequence(-{_REACH}, {_REACH + 0.1}, 0.25)")
        .transform_flatten(["z"])
        .transform_calculate(
            width="max(datum.sd, 0.001)",
            reward=f"clamp(datum.mean + datum.width * datum.z, {low}, {high})",
            top=f"datum.lane + {_BELL} * exp(-pow((datum.reward - datum.mean) / datum.width, 2)/2)",
        )
    )


def belief_rows(
    world: World, now: Ranked, before: Ranked | None, truth: Iterable[float] | None
) -> pa.Table:
    """Rows of `belief_spec`: one for each action now, and one for each before."""
    size = len(world.items)
    highest = max((d for d in now.draw or () if d is not None), default=None)
    truths = [None] * size if truth is None else list(truth)
    rows: list[Row] = []
    for i, item in enumerate(world.items):
        fact: Row = {"action": item.id, "lane": size - 1 - i}
        draw = now.draw[i] if now.draw else None
        drawn: Row = {"draw": draw, "wins": draw is not None and draw == highest}
        believed: Row = {"when": "now", "mean": now.means[i], "sd": now.sds[i]}
        rows.append({**fact, **believed, **drawn, "truth": truths[i]})
        if before:
            rows.append({**fact, "when": "before", "mean": before.means[i], "sd": before.sds[i]})
    return table(rows)
