"""The charts: specifications built once per world and theme, and the rows they draw.

A specification holds no data: building and validating a chart in Altair costs 20 ms,
sending rows to one that is there costs a fraction. Domains are fixed, so that axes
never jump while one looks.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from engine.log import Ranked
from engine.worlds import World
from pages.parts.look import palette, percent

Spec = dict[str, Any]

_BELL_POINTS = np.linspace(-0.35, 1.35, 86)
_BELL_HEIGHT = 0.82
REWARD_DOMAIN = (-0.35, 1.35)


def _ink(dark: bool) -> str:
    return "#eceae4" if dark else "#22262e"


def _faint(dark: bool) -> str:
    return "#8b909b" if dark else "#777d88"


def _spec(chart: alt.Chart | alt.LayerChart, dark: bool) -> Spec:
    """The chart as a dictionary without data, in the app's type and colours."""
    styled = (
        chart.configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelColor=_ink(dark),
            titleColor=_ink(dark),
            gridColor="#2c303a" if dark else "#e9e4da",
            domain=False,
            ticks=False,
        )  # fmt: skip
        .configure_legend(labelFontSize=12, titleFontSize=12, labelColor=_ink(dark))
        .configure_view(strokeWidth=0)
    )
    spec: Spec = styled.to_dict(validate=True)
    spec.pop("datasets", None)
    for view in (spec, *spec.get("layer", ())):
        view.pop("data", None)
    return spec


def _chart() -> alt.Chart:
    return alt.Chart(pd.DataFrame())


def _action_colour(world: World, dark: bool, field: str = "action") -> alt.Color:
    ids = [item.id for item in world.items]
    scale = alt.Scale(domain=ids, range=list(palette(dark)[: len(ids)]))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def _row_axis(world: World, labels: Sequence[str]) -> alt.Y:
    """One horizontal lane for each action, lane 0 at the bottom."""
    size = len(world.items)
    names = ", ".join(f"'{label}'" for label in reversed(labels))
    return alt.Y("lane:Q").scale(domain=(-0.12, size - 0.02), nice=False, zero=False).axis(
        values=list(range(size)), labelExpr=f"[{names}][datum.value]", title=None, grid=False,
        labelFontSize=13, labelBaseline="bottom", labelPadding=8, labelLimit=170,
    )  # fmt: skip


def height(world: World, small: bool) -> int:
    """Pixels of a chart with one lane for each action."""
    return max(150, 22 * len(world.items)) if small else max(280, 34 * len(world.items))


@lru_cache(maxsize=64)
def probability_spec(world: World, dark: bool, small: bool = False) -> Spec:
    """Bars: how often each action would be offered to this visitor, with its error."""
    labels = [f"{item.emoji} {item.id}" for item in world.items]
    y = _row_axis(world, labels)
    x = alt.X("probability:Q").scale(domain=(0, 1.16)).axis(
        values=[0, 0.25, 0.5, 0.75, 1], format="%", title="chance to be offered"
    )  # fmt: skip
    tooltip = [
        alt.Tooltip("action:N", title="Action"),
        alt.Tooltip("probability:Q", title="Chance", format=".2%"),
        alt.Tooltip("error:Q", title="Monte-Carlo error (1 sd)", format=".2%"),
    ]
    now, before = alt.datum.when == "now", alt.datum.when == "before"
    base = _chart().transform_calculate(
        lane_top="datum.lane + 0.46", lane_label="datum.lane + 0.23"
    )
    box = {"x": x, "x2": alt.X2Datum(0), "y": y, "y2": "lane_top:Q"}
    bars = base.transform_filter(now).mark_rect(cornerRadius=3).encode(
        **box, color=_action_colour(world, dark), tooltip=tooltip
    )  # fmt: skip
    ghosts = base.transform_filter(before).mark_rect(
        fillOpacity=0, stroke=_ink(dark), strokeDash=[3, 2], strokeWidth=1.3, cornerRadius=3
    ).encode(**box)  # fmt: skip
    errors = base.transform_filter(now).transform_calculate(
        low="max(0, datum.probability - 2 * datum.error)",
        high="min(1, datum.probability + 2 * datum.error)",
    ).mark_rule(color=_ink(dark), strokeWidth=1.5).encode(
        x="low:Q", x2="high:Q", y="lane_label:Q"
    )  # fmt: skip
    texts = base.transform_filter(now).mark_text(
        align="left", dx=7, fontSize=13, fontWeight=600, color=_ink(dark)
    ).encode(x="label_at:Q", y="lane_label:Q", text="label:N")  # fmt: skip
    return _spec(
        alt.layer(bars, ghosts, errors, texts).properties(height=height(world, small)), dark
    )


def probability_rows(world: World, now: Ranked, before: Ranked | None) -> pd.DataFrame:
    """Rows of `probability_spec`: action, lane, probability, error, when."""
    rows = []
    for when, ranked in (("before", before), ("now", now)):
        if ranked is None:
            continue
        for lane, item in enumerate(reversed(world.items)):
            i = world.position(item.id)
            p, old = ranked.probabilities[i], before.probabilities[i] if before else 0.0
            label = percent(p)
            if before and abs(p - old) >= 0.005:
                label = f"{percent(old)} → {label}"
            rows.append({
                "action": item.id, "lane": lane, "probability": p, "error": ranked.errors[i],
                "when": when, "label": label, "label_at": min(max(p, old), 0.62 if before else 1.0),
            })  # fmt: skip
    return pd.DataFrame(rows)


@lru_cache(maxsize=64)
def belief_spec(world: World, dark: bool, small: bool = False) -> Spec:
    """Bells: what the engine believes each action would earn, and this visitor's draw."""
    y = _row_axis(world, [item.emoji for item in world.items])
    x = alt.X("reward:Q").scale(domain=REWARD_DOMAIN, nice=False).axis(
        values=[0, 0.5, 1], title="believed expected reward", format=".1~f"
    )  # fmt: skip
    tooltip = [
        alt.Tooltip("action:N", title="Action"),
        alt.Tooltip("mean:Q", title="Believed expected reward", format=".3f"),
        alt.Tooltip("sd:Q", title="Uncertainty (1 sd)", format=".3f"),
        alt.Tooltip("draw:Q", title="This visitor's draw", format=".3f"),
    ]
    colour = _action_colour(world, dark)

    def only(kind: str) -> alt.Chart:
        return _chart().transform_filter(alt.datum.kind == kind)

    bells = only("now").mark_area(fillOpacity=0.55, line=False).encode(
        x, y, y2="top:Q", color=colour, tooltip=tooltip
    )  # fmt: skip
    ghosts = only("before").mark_line(
        color=_ink(dark), strokeDash=[3, 2], strokeWidth=1.3
    ).encode(x, y=alt.Y("top:Q"), detail="action:N")  # fmt: skip
    means = only("mean").mark_rule(strokeWidth=2).encode(
        x, y, y2="top:Q", color=colour, tooltip=tooltip
    )  # fmt: skip
    truths = only("truth").mark_point(
        shape="triangle-up", filled=True, size=90, color=_ink(dark), yOffset=6
    ).encode(x, y, tooltip=[alt.Tooltip("reward:Q", title="True expected reward", format=".2f")])  # fmt: skip
    stems = only("draw").mark_rule(strokeWidth=1.2, color=_ink(dark)).encode(x, y, y2="top:Q")
    draws = only("draw").mark_point(
        filled=True, stroke=_ink(dark), opacity=1
    ).encode(
        x, y=alt.Y("top:Q"), tooltip=tooltip, color=colour,
        size=alt.condition("datum.wins", alt.value(190), alt.value(70)),
        strokeWidth=alt.condition("datum.wins", alt.value(2.4), alt.value(1)),
    )  # fmt: skip
    wins = only("draw").transform_filter("datum.wins").mark_text(
        align="left", dx=11, dy=-1, fontSize=12, fontWeight=600, color=_ink(dark)
    ).encode(x, y=alt.Y("top:Q"), text=alt.value("highest draw"))  # fmt: skip
    layers = alt.layer(bells, ghosts, means, stems, draws, wins, truths)
    return _spec(layers.properties(height=height(world, small)), dark)


def belief_rows(
    world: World, now: Ranked, before: Ranked | None, truth: Iterable[float] | None
) -> pd.DataFrame:
    """Rows of `belief_spec`: bells of equal height, whose width is the uncertainty."""
    rows: list[dict[str, object]] = []
    size = len(world.items)
    drawn = [d for d in now.draw or () if d is not None]
    for i, item in enumerate(world.items):
        lane = size - 1 - i
        for kind, ranked in (("before", before), ("now", now)):
            if ranked is None:
                continue
            mean, sd = ranked.means[i], max(ranked.sds[i], 1e-3)
            own = np.union1d(_BELL_POINTS, np.clip(mean + sd * _NEAR, *REWARD_DOMAIN))
            heights = _BELL_HEIGHT * np.exp(-(((own - mean) / sd) ** 2) / 2)
            note = {"action": item.id, "lane": lane, "kind": kind, "mean": mean, "sd": sd,
                    "draw": now.draw[i] if now.draw else None}  # fmt: skip
            rows += [{**note, "reward": x, "top": lane + h}
                     for x, h in zip(own.tolist(), heights.tolist(), strict=True)]  # fmt: skip
            if kind == "now":
                rows.append({**note, "kind": "mean", "reward": mean, "top": lane + _BELL_HEIGHT})
        draw = now.draw[i] if now.draw else None
        if draw is not None:
            rows.append({
                "action": item.id, "lane": lane, "kind": "draw", "mean": now.means[i],
                "sd": now.sds[i], "draw": draw, "wins": draw == max(drawn),
                "reward": min(max(draw, REWARD_DOMAIN[0]), REWARD_DOMAIN[1]), "top": lane + 0.3,
            })  # fmt: skip
    for i, value in enumerate(() if truth is None else truth):
        rows.append({"action": world.items[i].id, "lane": size - 1 - i, "kind": "truth",
                     "reward": value, "top": size - 1 - i})  # fmt: skip
    return pd.DataFrame(rows)


_NEAR = np.array([-3, -2, -1.5, -1, -0.6, -0.3, 0, 0.3, 0.6, 1, 1.5, 2, 3])


@lru_cache(maxsize=64)
def map_spec(world: World, dark: bool) -> Spec:
    """Every context as a cell, coloured by the action that the engine favours there."""
    rows, *columns = world.fields
    order = [v.name for v in rows.values]
    labels = {v.name: f"{v.emoji} {v.name}" for v in rows.values}
    x = alt.X("column:N").sort(None).scale(paddingInner=0.06).axis(
        orient="top", labelExpr="split(datum.label, ' ')", title=None, labelFontSize=15,
        labelAngle=0, labelLineHeight=19, labelOverlap=False, labelPadding=24,
    )  # fmt: skip
    y = alt.Y("row:N").sort(order).scale(paddingInner=0.08).axis(
        title=None, labelFontSize=13, labelPadding=6,
        labelExpr=f"({labels!r})[datum.label]",
    )  # fmt: skip
    tooltip = [
        *(alt.Tooltip(f"{f.name}:N", title=f.label) for f in world.fields),
        alt.Tooltip("action:N", title="Favoured"),
        alt.Tooltip("probability:Q", title="Chance", format=".1%"),
        alt.Tooltip("truth:N", title="Truly best"),
    ]
    base = _chart().encode(x, y, tooltip=tooltip)
    empty = base.mark_rect(color="#262a33" if dark else "#efebe2", cornerRadius=4)
    fills = base.mark_rect(cornerRadius=4).encode(
        color=_action_colour(world, dark),
        opacity=alt.Opacity("strength:Q").scale(domain=(0, 1), range=(0.0, 1.0)).legend(None),
    )
    pictures = base.mark_text(fontSize=15).encode(
        text="emoji:N", opacity=alt.Opacity("shown:Q").scale(domain=(0, 1), range=(0, 1))
    )
    here = base.transform_filter("datum.here").mark_rect(
        filled=False, stroke=_ink(dark), strokeWidth=2.6, cornerRadius=4
    )  # fmt: skip
    truths = base.transform_filter("isValid(datum.truth)").mark_point(
        filled=True, size=85, opacity=1, stroke=_ink(dark), strokeWidth=1, xOffset=10, yOffset=-10
    ).encode(color=_action_colour(world, dark, "truth"))  # fmt: skip
    tall = 52 * len(rows.values) + 50
    return _spec(alt.layer(empty, fills, pictures, here, truths).properties(height=tall), dark)


def map_rows(
    world: World, cells: Iterable[Mapping[str, Any]], here: Mapping[str, str], truth: bool
) -> pd.DataFrame:
    """Rows of `map_spec`, out of `engine.metrics.favourites`."""
    first, *others = world.fields
    pictures = {(f.name, v.name): v.emoji for f in world.fields for v in f.values}
    emoji = {item.id: item.emoji for item in world.items}
    rows = []
    for cell in cells:
        context = {f.name: cell[f.name] for f in world.fields}
        rows.append({
            **context,
            "row": cell[first.name],
            "column": " ".join(pictures[f.name, cell[f.name]] for f in others),
            "action": cell["action"],
            "emoji": emoji[cell["action"]],
            "probability": cell["probability"],
            "strength": cell["strength"],
            "shown": 1 if cell["strength"] > 0.15 else 0,
            "here": context == here,
            "truth": cell["best"] if truth else None,
        })  # fmt: skip
    return pd.DataFrame(rows)


def span_of(visitors: int) -> int:
    """End of a chart's visitor axis: it grows in steps, so that lines creep, not jump."""
    if visitors <= 50:
        return 50
    power = 10 ** int(math.log10(visitors))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= visitors)


@lru_cache(maxsize=128)
def reward_spec(dark: bool, span: int) -> Spec:
    """Lines: mean reward so far and of the last visitors, against what could be had."""
    return _lines(
        dark, span, "mean reward", ".2f", alt.Scale(domain=(0, 1.08), nice=False),
        {"so far": "#5b3fd0" if not dark else "#ab98f7",
         "last 50": "#b9a8f5" if not dark else "#6a57bd"},
    )  # fmt: skip


@lru_cache(maxsize=128)
def regret_spec(dark: bool, span: int, top: int) -> Spec:
    """Lines: reward lost against the best possible, summed up."""
    return _lines(
        dark, span, "cumulative regret (rewards lost)", ".1f", alt.Scale(domain=(0, top)),
        {"this loop": "#5b3fd0" if not dark else "#ab98f7"},
    )  # fmt: skip


def _lines(
    dark: bool, span: int, title: str, number: str, scale: alt.Scale, colours: dict[str, str]
) -> Spec:
    x = alt.X("visitor:Q").scale(domain=(0, span), nice=False).axis(title="visitors", grid=False)
    y = alt.Y("value:Q", scale=scale).axis(title=title, tickCount=5, labelPadding=6)
    colour = alt.Color("line:N").scale(
        domain=[*colours, *REFERENCES], range=[*colours.values(), *[_faint(dark)] * 3]
    ).legend(None)  # fmt: skip
    tooltip = [
        alt.Tooltip("line:N", title="Line"),
        alt.Tooltip("visitor:Q", title="Visitor", format=",.0f"),
        alt.Tooltip("value:Q", title=title.capitalize(), format=number),
    ]
    base = _chart().encode(x, y, colour, tooltip=tooltip)
    lines = base.transform_filter("!datum.reference").mark_line(strokeWidth=2.4, clip=True)
    references = base.transform_filter("datum.reference").mark_line(
        strokeWidth=1.6, strokeDash=[5, 4], clip=True
    )  # fmt: skip
    names = [
        base.transform_filter(alt.datum.name == side)
        .mark_text(align="right", dx=-2, dy=dy, fontSize=12, fontWeight=600)
        .encode(text="line:N")
        for side, dy in (("above", -9), ("below", 12))
    ]
    return _spec(alt.layer(references, lines, *names).properties(height=230), dark)


REFERENCES = ("uniform choice", "best single action", "best possible")


def reward_rows(
    world: World, curve: Sequence[Mapping[str, float]], span: int, truth: bool
) -> pd.DataFrame:
    """Rows of `reward_spec`."""
    last = curve[-1]
    sides = ("above", "below") if last["recent"] >= last["mean"] else ("below", "above")
    lines = (("last 50", "recent", sides[0]), ("so far", "mean", sides[1]))
    rows = [
        {"line": line, "visitor": row["visitor"], "value": row[column], "reference": False,
         "name": side if row is last else None}
        for line, column, side in lines for row in curve
    ]  # fmt: skip
    levels = (world.uniform_value, world.single_value, world.best_value)
    if truth:
        rows += [
            {"line": line, "visitor": at, "value": level, "reference": True,
             "name": side if at == span else None}
            for line, level, side in zip(REFERENCES, levels, ("below", "above", "above"), strict=True)
            for at in (0, span)
        ]  # fmt: skip
    return _frame(rows)


def regret_rows(curve: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Rows of `regret_spec`."""
    lines = (
        ("this loop", "regret", False, "below"),
        (REFERENCES[0], "uniform_regret", True, "above"),
        (REFERENCES[1], "single_regret", True, "below"),
    )
    return _frame([
        {"line": line, "visitor": row["visitor"], "value": row[column], "reference": reference,
         "name": side if row is curve[-1] else None}
        for line, column, reference, side in lines for row in curve
    ])  # fmt: skip


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["line", "visitor", "value", "reference", "name"])
