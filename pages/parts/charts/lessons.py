"""Pictures of lessons: a guess and the truth, scores, chances and counts, certainty."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pyarrow as pa

from engine.arrays import Array
from engine.experiments.exploration_measures import Certainty
from engine.result_cache import cached
from engine.worlds import World
from pages.parts.charts.bars import words
from pages.parts.charts.base import (
    LESSON,
    Spec,
    action_colour,
    blank,
    bytes_in_world,
    finish,
    lanes,
    only,
    table,
    tooltip,
)
from pages.parts.charts.lines import LineStyle, edge, labelled, lines, span_of
from pages.parts.text.theme import theme

_LINE = 84
_LETTER = 0.54
"""Width of a letter relative to the type size, with a margin."""
_LANE = 38
_CURVE = 280


# -- a guess beside the truth ---------------------------------------------------------


@lru_cache(maxsize=16)
def guess_spec(dark: bool, low: float, high: float, number: str) -> Spec:
    """A line from the least to the greatest guess, with the guess hollow and the truth full."""
    at = alt.X("value:Q").scale(domain=(low, high), nice=False)
    axis = at.axis(title=None, format=number, grid=False)
    ink, accent = theme(dark).ink, theme(dark).accent
    low_down = alt.ExprRef("0.68 * height")  # Leaves room for the labels above.
    marks: dict[str, Any] = {"size": 260, "opacity": 1, "strokeWidth": 2.5, "y": low_down}
    named = blank().transform_filter("isValid(datum.label)")
    names = named.mark_text(
        dx=alt.ExprRef(_beside(f"{_LETTER:g} * type")),
        dy=-20,
        y=low_down,
        align=alt.ExprRef("datum.align"),
        aria=False,
    )
    gap: dict[str, Any] = {"strokeWidth": 6, "opacity": 0.35, "color": accent, "y": low_down}
    return finish(
        dark,
        _LINE,
        only("kind", "gap").mark_rule(**gap, aria=False)
        .encode(axis, alt.X2("end:Q")),
        only("kind", "guess")
        .mark_point(shape="diamond", color=ink, fill=theme(dark).ground, **marks)
        .encode(axis, tooltip=tooltip(number, value="guess")),
        only("kind", "truth").mark_point(filled=True, color=accent, **marks)
        .encode(axis, tooltip=tooltip(number, value="truth")),
        names.encode(at, text="label:N"),
    )  # fmt: skip


def _beside(letter: str) -> str:
    """Distance of a name from its mark, as an expression: two names grow away from each other, and
    stay within the chart.

    Args:
        letter: about how wide a letter is.
    """
    at, own = "scale('x', datum.value)", f"length(datum.label) * {letter}"
    other = f"(length(datum.other) + 1) * {letter}"
    right = f"max({other}, min({at} + 4, width - {own}))"
    left = f"max({own}, min({at} - 4, width - {other}))"
    both = f"datum.align == 'left' ? {right} - {at} : {left} - {at}"
    alone = f"clamp({at}, {own} / 2, width - {own} / 2) - {at}"
    return f"datum.align == 'center' ? {alone} : {both}"


def guess_rows(guess: float | None, truth: float, labels: tuple[str, str]) -> pa.Table:
    """Rows of `guess_spec`; ``labels`` of the guess and of the truth."""
    true: dict[str, object] = {"kind": "truth", "value": truth, "label": labels[1]}
    if guess is None:
        return table([true | {"align": "center", "other": ""}])
    sides = ("right", "left") if guess < truth else ("left", "right")
    guessed = {"kind": "guess", "value": guess, "label": labels[0], "align": sides[0]}
    return table(
        [
            {"kind": "gap", "value": guess, "end": truth},
            guessed | {"other": labels[1]},
            true | {"align": sides[1], "other": labels[0]},
        ]
    )


# -- scores ---------------------------------------------------------------------------


@lru_cache(maxsize=8)
def score_spec(dark: bool, names: tuple[str, str], visits: str, title: str) -> Spec:
    """Lines: total reward of two players over the visits."""
    looks = (
        (names[0], LineStyle(theme(dark).ink, "diamond")),
        (names[1], LineStyle(theme(dark).accent)),
    )
    spec = lines(dark, None, None, title, looks, _CURVE, along=visits)
    # Short numbers leave the title of the axis no room.
    return spec | {"padding": spec["padding"] | {"left": 6}}


def score_rows(
    names: tuple[str, str], scores: Sequence[tuple[float, float]], least: int = 20
) -> pa.Table:
    """Rows of `score_spec`, with room for at least ``least`` visits."""
    rows: list[dict[str, object]] = []
    for place, name in enumerate(names):
        total = 0.0
        rows.append({"line": name, "visitor": 0, "value": 0.0})
        for visitor, score in enumerate(scores, 1):
            total += score[place]
            rows.append({"line": name, "visitor": visitor, "value": total})
    top = max(least / 2, *(float(str(row["value"])) for row in rows))
    span = span_of(len(scores), least=least)
    return table([*labelled(rows, (0, top), LESSON.room(_CURVE)), edge(span, top)])


# -- chances beside counts ------------------------------------------------------------


@cached(bytes_in_world)
def counted_spec(world: World, dark: bool, stated: str, counted: str) -> Spec:
    """Bars: how often each action was offered, with a mark at its stated chance."""
    share = alt.X("share:Q").scale(domain=(0, 1)).axis(format="%", title=None)
    y = lanes("name", labelLimit=200)
    base = blank().encode(y)
    tips = tooltip(name="Action") + tooltip(".1%", share=counted, chance=stated)
    return finish(
        dark,
        _LANE * len(world.items) + 40,
        base.mark_bar(cornerRadiusEnd=4, height=22).encode(
            share, action_colour(world, dark), tooltip=tips
        ),
        base.mark_tick(thickness=3, size=32, color=theme(dark).ink).encode(
            alt.X("chance:Q"), tooltip=tips
        ),
        words(y, alt.X("end:Q"), "label", dx=10),
    )


def counted_rows(world: World, shares: Array, chances: Array, words: Sequence[str]) -> pa.Table:
    """Rows of `counted_spec`: ``words`` stand behind each bar."""
    return table(
        [
            {
                "action": item.id,
                "name": item.label,
                "share": float(share),
                "chance": float(chance),
                "end": float(max(share, chance)),
                "label": label,
            }
            for item, share, chance, label in zip(world.items, shares, chances, words, strict=True)
        ]
    )


# -- how sure -------------------------------------------------------------------------


@lru_cache(maxsize=8)
def certainty_spec(dark: bool, visitors: str, chance: str) -> Spec:
    """Bars: mean chance of the favourite after some visitors, with its range over the contexts."""
    x = alt.X("visitors:N").sort(None).axis(title=visitors, labelAngle=0)
    y = alt.Y("mean:Q").scale(domain=(0, 1)).axis(format="%", title=chance)
    base, ink = blank().encode(x), theme(dark).ink
    tips = tooltip(visitors="Visitors") + tooltip(".1%", mean="Mean", low="Least", high="Most")
    return finish(
        dark,
        _CURVE,
        base.mark_bar(cornerRadiusEnd=4, size=46, color=theme(dark).accent, opacity=0.75).encode(
            y, tooltip=tips
        ),
        base.mark_rule(strokeWidth=2, color=ink).encode(alt.Y("low:Q"), alt.Y2("high:Q")),
        base.mark_text(dy=-14, color=theme(dark).ground, aria=False).encode(
            alt.Y(datum=0), text=alt.Text("mean:Q", format=".0%")
        ),
    )


def certainty_rows(certainties: Sequence[Certainty], visitors: Sequence[str]) -> pa.Table:
    """Rows of `certainty_spec`; ``visitors`` are labels for the numbers of visitors."""
    return table(
        [
            {
                "visitors": number,
                "mean": certainty.mean,
                "low": float(certainty.highest.min()),
                "high": float(certainty.highest.max()),
            }
            for number, certainty in zip(visitors, certainties, strict=True)
        ]
    )
