"""One ranking as one picture: in a row for each action what is believed, drawn and so offered."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pyarrow as pa

from engine.evaluation.chances import Chance
from engine.loop.entries import Ranked
from engine.worlds import World
from pages.parts.charts.base import Spec, blank, finish, table
from pages.parts.text import percent
from pages.parts.theme import theme

REWARDS = (-0.9, 1.9)
"""Rewards that the bells' axis spans: about what may be drawn before anything is known."""
_REACH = 3.2
"""Standard deviations from the mean to which a bell is drawn."""
_HEAD = 46
"""Pixels above the first row, for what the columns show."""

_SIGNALS = {
    "narrow": "width < 480",
    "bell": "narrow ? 0.52 : 0.84",
    "bells": "(width - 72) * (narrow ? 0.6 : 0.785)",
    "bars": "bells + 18",
    "unit": f"bells / {REWARDS[1] - REWARDS[0]:g}",
    "full": "width - 54 - bars",
}
"""What follows from the width that a browser has: whether a name needs a line of its own, the
height of a bell in shares of a row, pixels where bells end and bars start, pixels of a reward and
of a chance of 1."""

Row = dict[str, object]


def lane(world: World, small: bool = False) -> int:
    """Pixels of a row."""
    least, most, room = (26, 40, 200) if small else (28, 62, 440)
    return max(least, min(most, room // len(world.items)))


@lru_cache(maxsize=64)
def belief_spec(world: World, dark: bool, offers: str, small: bool = False) -> Spec:
    """Rows with a name, a bell with its draw and a bar; ``offers`` says what the bars are.

    The browser places everything, in pixels, by the width that it has. All bells are equally high;
    the width is the uncertainty.
    """
    height = lane(world, small)
    layers = [
        _box("datum.lit", height, (0.02, 0.98), "0", "width").mark_rect(
            color=theme(dark).accent, opacity=0.13, cornerRadius=6
        ),
        *_axes(dark, offers, _HEAD + height * len(world.items)),
        *_bells(height, dark),
        *_bars(height, dark),
        *_draws(height, dark),
        _words(
            "label",
            height,
            0.95,
            "2",
            align="left",
            baseline="top",
            limit=alt.ExprRef("narrow ? bells : 0.36 * bells"),
        ),
        _numbers(height),
    ]
    spec = finish(dark, _HEAD + height * len(world.items) + 6, *layers)
    signals = [{"name": name, "expr": expr} for name, expr in _SIGNALS.items()]
    return spec | {"params": signals, "config": _config(dark)}


def _config(dark: bool) -> Spec:
    """What most marks have in common; `_numbers` alone is told to those who cannot see."""
    words = {"fontSize": 14, "color": theme(dark).ink}
    return {"view": {"strokeWidth": 0}, "mark": {"aria": False}, "text": words}


# -- marks in rows --------------------------------------------------------------------


def _x(field: str = "x") -> alt.X:
    """Pixels from the left."""
    return alt.X(f"{field}:Q").scale(None).axis(None)


def _y(field: str = "y") -> alt.Y:
    """Pixels from the top."""
    return alt.Y(f"{field}:Q").scale(None).axis(None)


_COLOUR = {"field": "colour", "type": "nominal", "scale": None}
"""What a row says that it has."""


def _only(test: str, **made: str) -> alt.Chart:
    """Rows that pass a test, or all, with what is made of them."""
    rows = blank().transform_filter(test) if test else blank()
    return rows.transform_calculate(**made)


def _box(test: str, height: float, share: tuple[float, float], left: str, right: str) -> alt.Chart:
    """From left to right, between two shares of a row's height from its foot."""
    y, y2 = (f"datum.foot - {height * at:g}" for at in share)
    return _only(test, x=left, right=right, y=y, top=y2).encode(_x(), _y(), x2="right", y2="top")


def _words(field: str, height: float, share: float, x: str, **look: Any) -> alt.Chart:
    """Text at a share of a row's height."""
    made = _only("", x=x, y=f"datum.foot - {height * share:g}")
    words: alt.Chart = made.mark_text(**look)
    return words.encode(_x(), _y(), text=f"{field}:N")


def _reward(reward: str) -> str:
    """Where a reward stands, held to the axis."""
    low, high = REWARDS
    return f"unit * (clamp({reward}, {low}, {high}) + {-low})"


def _chance(chance: str) -> str:
    """Where a chance ends."""
    return f"bars + full * ({chance})"


def _axes(dark: bool, offers: str, foot: int) -> list[alt.Chart]:
    """Both scales, and what they are of."""
    places = {_reward("0"): "'0'", _reward("0.5"): "'½'", _reward("1"): "'1'"}
    places |= {_chance("0"): "'0'", _chance("0.5"): "'50'", _chance("1"): "'100 %'"}
    believes = "narrow ? 'believed to earn' : 'what it believes each would earn'"
    rule, tick = f", {_HEAD - 4}, {foot}]", f", {_HEAD - 8}, 'center']"
    lines = [f"[{x}{rule}" for x in places]
    words = [f"[{x}, {text}{tick}" for x, text in places.items()]
    words += [f"[2, {believes}, 16, 'left']", f"[bars, {offers!r}, 16, 'left']"]
    lines_, words_ = (
        _only("datum.first", at=f"[{', '.join(each)}]").transform_flatten(["at"])
        for each in (lines, words)
    )
    return [
        lines_.transform_calculate(x="datum.at[0]", y="datum.at[1]", end="datum.at[2]")
        .mark_rule(color=theme(dark).grid)
        .encode(_x(), _y(), y2="end"),
        words_.transform_calculate(x="datum.at[0]", text="datum.at[1]", y="datum.at[2]")
        .mark_text(align=alt.ExprRef("datum.at[3]"))
        .encode(_x(), _y(), text="text:N"),
    ]


def _bells(height: float, dark: bool) -> list[alt.Chart]:
    """What is believed now, and what was (dashed)."""
    ink = theme(dark).ink
    look: dict[str, Any] = {"interpolate": "monotone"}
    now = _bell("mean", "sd", height).mark_area(fillOpacity=0.55, **look)
    before = _bell("old_mean", "old_sd", height).mark_line(
        color=ink, strokeDash=[3, 2], strokeWidth=1.3, **look
    )
    return [
        now.encode(_x(), _y(), y2="foot", color=_COLOUR, detail="action:N"),
        before.encode(_x(), _y(), detail="action:N"),
    ]


def _bell(mean: str, sd: str, height: float) -> alt.Chart:
    """The points of each row's bell; the browser makes them, so that few rows travel."""
    points = _only(f"isValid(datum.{mean})", z=f"sequence(-{_REACH}, {_REACH}, 0.2)")
    return points.transform_flatten(["z"]).transform_calculate(
        wide=f"max(datum.{sd}, 1.5 / unit)",
        at=f"clamp(datum.{mean} + datum.wide * datum.z, {REWARDS[0]}, {REWARDS[1]})",
        x=_reward("datum.at"),
        sds=f"(datum.at - datum.{mean}) / datum.wide",
        y=f"datum.foot - {height} * bell * exp(-datum.sds * datum.sds / 2)",
    )


def _bars(height: float, dark: bool) -> list[alt.Chart]:
    """The chance: what was won, what is kept (striped), the draws won (hollow), before (dashed)."""
    ink, grid = theme(dark).ink, theme(dark).grid
    low, high = bar = (0.3, 0.7)
    won, whole = _chance("datum.won"), _chance("datum.won + datum.kept")
    return [
        _box("", height, bar, "bars", "bars + full").mark_rect(
            color=grid, opacity=0.7, cornerRadius=2
        ),
        _box("isValid(datum.wins)", height, (0.16, 0.84), "bars", _chance("datum.wins"))
        .mark_rect(fillOpacity=0.12, strokeWidth=1.5)
        .encode(color=_COLOUR, stroke=_COLOUR),
        _box("", height, bar, "bars", won).mark_rect(aria=False).encode(color=_COLOUR),
        _box("datum.kept > 0", height, (0.5, 0.5), won, whole)
        .mark_rule(strokeDash=[0, 1.5, 2, 0], strokeWidth=round((high - low) * height, 1))
        .encode(color=_COLOUR),
        _box("datum.lot", height, (0.2, 0.8), f"{won} - 4", f"{whole} + 4").mark_rect(
            fillOpacity=0, stroke=ink, strokeWidth=2.4, cornerRadius=5
        ),
        _box("isValid(datum.old)", height, (0.18, 0.82), *[_chance("datum.old")] * 2).mark_rule(
            color=ink, strokeDash=[3, 2], strokeWidth=1.5
        ),
        _words("told", height, 0.5, "width - 6", align="right", baseline="middle"),
    ]


def _draws(height: float, dark: bool) -> list[alt.Chart]:
    """This visitor's draw from each bell, ringed where it decided, and the truth."""
    ink = theme(dark).ink
    draws = _only(
        "isValid(datum.draw)", x=_reward("datum.draw"), y=f"datum.foot - {height / 2} * bell"
    )
    ringed = draws.transform_filter("datum.ringed").transform_calculate(end="bars - 4")
    return [
        draws.mark_rule(color=ink, strokeWidth=1.1).encode(_x(), _y(), y2="foot"),
        ringed.mark_rule(color=ink, strokeDash=[1, 3], strokeWidth=1.4).encode(
            _x(), _y(), x2="end"
        ),
        draws.mark_point(filled=True, stroke=ink, opacity=1).encode(
            _x(),
            _y(),
            color=_COLOUR,
            size=alt.condition("datum.ringed", alt.value(170), alt.value(46)),
            strokeWidth=alt.condition("datum.ringed", alt.value(2.8), alt.value(1)),
        ),
        _only("isValid(datum.truth)", x=_reward("datum.truth"), y="datum.foot - 4")
        .mark_point(
            shape="triangle-up",
            filled=True,
            opacity=1,
            size=100,
            color=ink,
            stroke=theme(dark).ground,
            strokeWidth=1.2,
        )
        .encode(_x(), _y()),
    ]


def _numbers(height: float) -> alt.Chart:
    """Over each row, unseen: all its numbers, for whoever points at it or hears it."""
    shares = {
        "Chance": "datum.won + datum.kept",
        "of it by its bell": "datum.won",
        "of it kept for learning": "datum.kept",
        "Monte-Carlo error (1 sd)": "datum.error",
    }
    rewards = {"Believed to earn": "datum.mean", "Width of the bell (1 sd)": "datum.sd"}
    at_times = {
        "Draws won": ("datum.wins", ".2%"),
        "This visitor\\'s draw": ("datum.draw", ".3f"),
        "Truly earns": ("datum.truth", ".3f"),
    }
    always = [f"'{title}': format({value}, '.2%')" for title, value in shares.items()]
    always[2] += " + (datum.more ? ' (half of all is for the first)' : '')"
    always += [f"'{title}': format({value}, '.3f')" for title, value in rewards.items()]
    told = [f"{{Action: datum.action, {', '.join(always)}}}"]
    told += [
        f"isValid({value}) ? {{'{title}': format({value}, '{digits}')}} : {{}}"
        for title, (value, digits) in at_times.items()
    ]
    said = "datum.action + ', chance ' + format(datum.won + datum.kept, '.2%') + "
    said += "', believed to earn ' + format(datum.mean, '.3f')"
    unseen: alt.Chart = _box("", height, (0, 1), "0", "width").mark_rect(
        opacity=0,
        aria=True,
        description=alt.ExprRef(said),
        tooltip=alt.ExprRef(f"merge({', '.join(told)})"),
    )
    return unseen


# -- rows -----------------------------------------------------------------------------


_NOTICED = 0.005
"""Reward, or chance, by which something must have moved for what it was to be drawn."""


def _moved(before: Ranked, now: Ranked, i: int) -> Row:
    """What an action's bell and chance were, as far as they were anything else."""
    mean, sd, chance = before.means[i], before.sds[i], before.probabilities[i]
    moved: Row = {"old": None, "old_mean": None, "old_sd": None}
    if abs(chance - now.probabilities[i]) >= _NOTICED:
        moved["old"] = chance
    if max(abs(mean - now.means[i]), abs(sd - now.sds[i])) >= _NOTICED:
        moved |= {"old_mean": mean, "old_sd": sd}
    return moved


def belief_rows(
    world: World,
    dark: bool,
    now: Ranked,
    chances: Sequence[Chance],
    before: Ranked | None = None,
    truth: Iterable[float] | None = None,
    small: bool = False,
) -> pa.Table:
    """Rows of `belief_spec`: one for each action."""
    height, colours = lane(world, small), theme(dark).actions
    truths = [None] * len(world.items) if truth is None else [float(one) for one in truth]
    least = min(chance.kept for chance in chances)
    rows: list[Row] = []
    for i, (item, chance) in enumerate(zip(world.items, chances, strict=True)):
        row: Row = {"action": item.id, "label": item.label, "colour": colours[i % len(colours)]}
        row |= {"foot": _HEAD + height * (i + 1), "first": i == 0}
        row |= {"mean": now.means[i], "sd": now.sds[i], "truth": truths[i]}
        row |= {"won": chance.won, "kept": chance.kept, "more": chance.kept > least}
        row |= {"wins": chance.wins, "error": now.errors[i], "told": percent(now.probabilities[i])}
        row |= _decided(now, i, chance)
        rows.append(row if before is None else row | _moved(before, now, i))
    return table(rows)


def _decided(now: Ranked, i: int, chance: Chance) -> Row:
    """An action's draw, whether it is shown, and whether its draw or chance decided that."""
    chosen = now.mode == "online" and i == now.chosen
    return {
        "lit": i == now.shown,
        "draw": now.draw[i] if now.draw else None,
        "ringed": chosen and now.cause == "draw",
        "lot": chosen and now.cause == "random" and chance.kept > 0,
    }
