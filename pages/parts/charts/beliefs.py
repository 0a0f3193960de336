"""Family of bells: a row for each action with belief, draw and chance."""

import json
import math
from collections.abc import Iterable
from typing import Any

import altair as alt

from engine.result_cache import cached
from engine.worlds import World
from pages.parts.charts.base import (
    IN_PIXELS,
    OWN_COLOUR,
    PAGE,
    Size,
    Spec,
    blank,
    bytes_in_world,
    finish,
    kept_by,
    still,
)
from pages.parts.charts.belief_rows import rows_of, two_lines
from pages.parts.charts.belief_scale import SEPARATOR
from pages.parts.charts.compressed_reward_scale import EDGE, SPAN, ZERO, from_left
from pages.parts.charts.item_pictures import is_pictured, with_pictures
from pages.parts.text.reward_scale import RewardScale
from pages.parts.text.theme import Theme, theme

_POINTS = (-3.2, -2.6, -2.1, -1.6, -1.2, -0.8, -0.4, 0, 0.4, 0.8, 1.2, 1.6, 2.1, 2.6, 3.2)
"""Standard deviations from the mean of the points of a bell."""
_TICKS = (0, 0.5, 1)
"""Labelled rewards on the scale of the bells, as shares of its range; the range beyond is
uncertainty only."""
_HEAD, _FOOT = 46, 6
"""Pixels above the first row, for what the columns show, and below the last."""
_PICTURE = 20
"""Pixels of a picture file."""
_LETTER, _WIDE = 6.5, 7.5
"""Pixels of a letter of the page's font, and of one that other programs may have."""
_FEWEST, _FEWEST_DENSE = 46, 24
"""Pixels of the shortest bars, and of those beside many rows."""
_CHANCE, _GAP, _LONGEST = 54, 14, 150
"""Pixels of a chance in words, between bells and bars, and of the longest bars."""
_SEEN = 7
"""Pixels of two stripes; a shorter part is as solid as the rest of its bar."""
_APART = 36
"""Least pixels between the ends of the scale of chances for both to have their numbers."""
_LEAST, _LEAST_DENSE = 0.405, 0.36
"""Least share of the picture's width for the range of rewards; less where names take one line."""
_DENSE, _MANY, _SHORT = 6, 8, 19
"""Largest number of rows on the stage with room for two lines of a name; more than ``_MANY`` rows
on a page are lower if no name has more than ``_SHORT`` letters, which have room in one line."""


def _signals(world: World, small: bool, size: Size) -> dict[str, str]:
    """Signals of the layout, in pixels of the width that a browser has.

    ``head`` is the height above the first row and ``lane`` that of a row; ``narrow`` says whether
    names stand above their bells, ``wraps`` whether long ones take two lines before them. A bell is
    ``peak`` of a lane high; bells stand between ``names`` and ``bells``, bars begin at ``bars``;
    ``unit`` and ``full`` are the lengths of the range of rewards and of a chance of 1.
    """
    count, whole = rows_of(world, size), [item.label for item in world.items]
    least = _LEAST_DENSE if size.on_stage and count > _DENSE else _LEAST
    fewest = _FEWEST_DENSE if _is_low(world) and not size.on_stage else _FEWEST
    lines = [line for label in whole for line in two_lines(label)]
    fills = f"(height-head-{_FOOT}*px)/{count}"
    beside = f"{_CHANCE + _GAP}*px"
    return {
        "head": f"{_HEAD}*px",
        "lane": fills if size.on_stage else f"{lane(world, small)}",
        "narrow": "width<540*px",
        "peak": "narrow ? min(0.52,0.95-15*px/lane) : 0.84",
        "most": f"{1 - least * SPAN:g}*width-{beside}-{fewest}*px",
        "wraps": f"{_width(whole, _LETTER)}>most && lane>=31*px",
        "names": f"narrow ? 6*px : min(most,wraps ? {_width(lines)} : {_width(whole)})",
        "unit": f"max({least}*width,(width-names-{beside}-{_LONGEST}*px)/{SPAN:g})",
        "bells": f"names+{SPAN:g}*unit",
        "bars": f"bells+{_GAP}*px",
        "full": f"width-{_CHANCE}*px-bars",
    }


def _width(lines: Iterable[str], letter: float = _WIDE) -> str:
    """Width of a column of such lines in pixels, with room beside it, as an expression."""
    return f"{letter * (1.5 + max(map(len, lines))):g}*px"


def lane(world: World, small: bool = False) -> int:
    """Pixels of a row."""
    most, room = (40, 200) if small else (62, 336)
    return max(28 if _is_low(world) else 32, min(most, room // len(world.items)))


def _is_low(world: World) -> bool:
    """Whether rows are lower than two lines of a name."""
    labels = [item.label for item in world.items]
    return len(labels) > _MANY and max(map(len, labels)) <= _SHORT


@cached(bytes_in_world)
def belief_spec(
    world: World, dark: bool, offers: str, small: bool = False, size: Size = PAGE
) -> Spec:
    """Rows with a name, a bell with its draw, and a bar; ``offers`` is the title of the bars.

    The browser computes all positions in pixels from the chart's width. All bells have the same
    height; their width is the uncertainty.
    """
    layers = [
        _box("datum.lit", _LIT, "0", "width").mark_rect(
            color=theme(dark).accent, opacity=_TINT, cornerRadius=6
        ),
        *_axes(dark, offers, rows_of(world, size), size),
        *_bells(dark),
        _edges(),
        *_bars(dark),
        *_draws(dark),
        *_names(world),
        *_pictures(world),
        _numbers(RewardScale.of(world)),
    ]
    height = _HEAD + lane(world, small) * len(world.items) + _FOOT
    # `_numbers` alone is read by screen readers.
    spec = finish(dark, height, *layers, mark={"aria": False})
    signals = _signals(world, small, size).items()
    params = [
        *spec["params"],
        *({"name": name, "expr": expr} for name, expr in signals),
        *({"name": name, "value": _fading(of)} for name, of in _grounds(dark).items()),
    ]
    made = {"calculate": "head+lane*datum.row", "as": "foot"}
    return spec | {"encoding": IN_PIXELS, "params": params, "transform": [made]}


def within_room(spec: Spec, world: World, size: Size) -> Spec:
    """The chart with rows no higher than its place, as on the stage."""
    if size.on_stage:
        return spec
    fills = f"(height - head - {_FOOT}) / {rows_of(world, size)}"
    params = [
        {**param, "expr": f"min({param['expr']}, {fills})"} if param["name"] == "lane" else param
        for param in spec["params"]
    ]
    return spec | {"params": params}


# -- marks in rows --------------------------------------------------------------------


_KEPT = kept_by("row")


def _only(test: str, **made: str) -> alt.Chart:
    """Rows that pass a test, with calculated fields; each mark keeps its identity."""
    return _rows(test, **made).encode(_KEPT)


def _rows(test: str, **made: str) -> alt.Chart:
    rows = blank().transform_filter(test) if test else blank()
    return rows.transform_calculate(**made)


def _box(test: str, share: tuple[float, float], left: str, right: str) -> alt.Chart:
    """From left to right, between two shares of a row's height from its foot."""
    y, y2 = (f"datum.foot - lane * {at:g}" for at in share)
    return _only(test, x=left, right=right, y=y, top=y2).encode(x2="right", y2="top")


_LIT = 0.0, 0.98
"""Shares of a row's height between which it is lit."""
_TINT = 0.13
"""Opacity of the colour of a lit row."""


def _names(world: World) -> list[alt.Chart]:
    """Names in a column of their own, in up to two lines; in a narrow picture a line above."""
    middle, line = "datum.foot - lane / 2", "7 * px * (wraps && datum.below != '')"
    x = f"{is_pictured(world)} ? {_PICTURE + 6}*px : 2*px"
    whole = "datum.below && (narrow || !wraps) ? datum.label + ' ' + datum.below : datum.label"
    look: dict[str, Any] = {"align": "left", "baseline": "middle"}
    limit = alt.ExprRef("narrow ? bells : names - 4 * px")
    above = f"narrow ? datum.foot - lane * 0.95 + 8 * px : {middle} - {line}"
    first = _only("", x=x, y=above, name=whole).mark_text(limit=limit, **look)
    second = _only("wraps && !narrow && datum.below", x=x, y=f"{middle} + {line}")
    return [
        first.encode(text="name:N"),
        second.mark_text(limit=limit, **look).encode(text="below:N"),
    ]


def _pictures(world: World) -> list[alt.Chart]:
    """Picture files, before the names of their rows."""
    half = f"{_PICTURE / 2:g} * px"
    y = f"narrow ? datum.foot - lane * 0.95 + {half} : datum.foot - lane / 2"
    return with_pictures(world, _only("", x=f"{half} + 2 * px", y=y), _PICTURE)


def _edges() -> alt.Chart:
    """Both ends of the bells fade out: they reach beyond the scale.

    Gradients are parameters: Vega adds a definition to the page for each gradient that it has not
    seen, and a gradient written in a mark is a new one in every drawing.
    """
    fading: alt.Chart = _box("", _LIT, "names - 2", "bells + 2").mark_rect(
        color=alt.ExprRef("datum.lit ? fadingLit : fading")
    )
    return fading


def _grounds(dark: bool) -> dict[str, str]:
    """Colours below the bells, of rows in general and of a lit row."""
    look = theme(dark)
    return {"fading": look.ground, "fadingLit": _mixed(look)}


def _mixed(look: Theme) -> str:
    """Colour of a lit row on the ground."""
    pairs = zip(_numbers_of(look.ground), _numbers_of(look.accent), strict=True)
    return "#" + "".join(f"{round(of + _TINT * (to - of)):02x}" for of, to in pairs)


def _numbers_of(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _fading(colour: str) -> Any:
    """Gradient from a colour over nothing to the colour."""
    none = f"rgba{(*_numbers_of(colour), 0)}"
    stops = {0: colour, EDGE: none, 1 - EDGE: none, 1: colour}
    return {
        "gradient": "linear",
        "stops": [{"offset": at, "color": stop} for at, stop in stops.items()],
    }


def _reward(reward: str) -> str:
    """Place of a reward, given as a share of the range, as an expression."""
    return _from_names(from_left(reward))


def _from_names(units: str) -> str:
    """Place so many ranges from the start of the bells, as an expression."""
    return f"names + unit * {units}"


def _chance(chance: str) -> str:
    """Right end of a chance, as an expression."""
    return f"bars + full * ({chance})"


def _axes(dark: bool, offers: str, rows: int, size: Size) -> list[alt.Chart]:
    """Both scales with titles, on rows that do not change; the first row names the rewards."""
    places = [[share, "", 0] for share in _TICKS]
    places += [[0, "0", 1], [0.5, "", 1], [1, "100 %", 1]]
    reward, chance = _from_names(f"({ZERO:g} + datum.at[0])"), _chance("datum.at[0]")
    x = f"datum.at[2] ? {chance} : {reward}"
    # On a short scale of chances, 0 would run into the other end.
    name = f"full < {_APART} * px && datum.at[0] == 0 ? '' : datum.at[1]"
    above, numbers, heads = (f"head - {up} * px" for up in (4, 8, 30))
    at = json.dumps(places, ensure_ascii=False)
    scales = still().transform_calculate(at=at).transform_flatten(["at"])
    first = _rows("datum.row == 1", at=json.dumps([*enumerate(_TICKS)])).transform_flatten(["at"])
    label = f"split(datum.labels, '{SEPARATOR}')[datum.at[0]]"
    # In little room a long label in the middle would run into the next.
    label = f"narrow && datum.at[0] == 1 && length({label}) > 3 ? '' : {label}"
    believes = "datum.short" if size.on_stage else "narrow ? datum.short : datum.axis"
    heading = f"{offers!r} + (datum.told ? '' : '?')"
    # A long heading ends with the picture.
    begins = f"min(bars, width - {_LETTER * (len(offers) + 1)} * px)"
    left: dict[str, Any] = {"align": "left"}
    foot, none = f"head + lane * {rows}", _from_names(f"{ZERO:g}")
    return [
        still()
        .transform_calculate(x=none, to=f"{none} + unit", y="head", end=foot)
        .mark_rect(color=theme(dark).grid, opacity=0.45)
        .encode(x2="to", y2="end"),
        scales.transform_calculate(x=x, y=above, end=foot)
        .mark_rule(color=theme(dark).grid)
        .encode(y2="end"),
        scales.transform_calculate(x=x, y=numbers, text=name).mark_text().encode(text="text:N"),
        first.transform_calculate(x=_from_names(f"({ZERO:g} + datum.at[1])"), y=numbers, text=label)
        .mark_text()
        .encode(text="text:N"),
        _only("datum.row == 1", x="names + 2", y=heads, text=believes)
        .mark_text(**left)
        .encode(text="text:N"),
        _only("datum.row == 1", x=begins, y=heads, text=heading)
        .mark_text(**left)
        .encode(text="text:N"),
    ]


def _bells(dark: bool) -> list[alt.Chart]:
    """Bells of the current beliefs, and of the beliefs before an answer (dashed)."""
    ink = theme(dark).ink
    look: dict[str, Any] = {"interpolate": "monotone"}
    now = _bell("mean", "sd").mark_area(fillOpacity=0.55, **look)
    before = _bell("old_mean", "old_sd").mark_line(
        color=ink, strokeDash=[3, 2], strokeWidth=1.3, **look
    )
    return [
        now.encode(y2="foot", color=OWN_COLOUR, detail="action:N"),
        before.encode(detail="action:N"),
    ]


def _bell(mean: str, sd: str) -> alt.Chart:
    """Points of the bell of each row, made in the browser, so that few rows travel.

    They are as few as make a smooth line, and without the other fields of a row: each is computed
    anew with every click.
    """
    rows = blank().transform_filter(f"isValid(datum.{mean})")
    bells = rows.transform_aggregate(groupby=["action", "colour", "foot", mean, sd])
    points = bells.transform_calculate(
        z=json.dumps([(z, round(math.exp(-z * z / 2), 4)) for z in _POINTS]),
        wide=f"max(datum.{sd}, 1.5 / unit)",
    )
    return points.transform_flatten(["z"]).transform_calculate(
        at=f"datum.{mean} + datum.wide * datum.z[0]",
        x=_reward("datum.at"),
        y="datum.foot - lane * peak * datum.z[1]",
    )


def _bars(dark: bool) -> list[alt.Chart]:
    """Chances: won by draws, kept for learning (striped), draws won (hollow), before (dashed)."""
    ink, grid = theme(dark).ink, theme(dark).grid
    bar, thick = (0.3, 0.7), alt.ExprRef("0.4 * lane")
    won, whole = _chance("datum.won"), _chance("datum.won + datum.kept")
    striped = f"full * datum.kept >= {_SEEN} * px"
    return [
        _box("", bar, "bars", "bars + full").mark_rect(color=grid, opacity=0.7, cornerRadius=2),
        _box("isValid(datum.wins)", (0.16, 0.84), "bars", _chance("datum.wins"))
        .mark_rect(fillOpacity=0.12, strokeWidth=1.5)
        .encode(color=OWN_COLOUR, stroke=OWN_COLOUR),
        _box("", bar, "bars", f"{striped} ? {won} : {whole}").mark_rect().encode(color=OWN_COLOUR),
        _box(striped, (0.5, 0.5), won, whole)
        .mark_rule(strokeDash=[0, 1.5, 2, 0], strokeWidth=thick)
        .encode(color=OWN_COLOUR),
        _box("datum.lot", (0.2, 0.8), f"{won} - 4", f"{whole} + 4").mark_rect(
            fillOpacity=0, stroke=ink, strokeWidth=2.4, cornerRadius=5
        ),
        _box("isValid(datum.old)", (0.18, 0.82), *[_chance("datum.old")] * 2).mark_rule(
            color=ink, strokeDash=[3, 2], strokeWidth=1.5
        ),
        _only("", x="width - 6 * px", y="datum.foot - lane / 2")
        .mark_text(align="right", baseline="middle")
        .encode(text="told:N"),
    ]


def _draws(dark: bool) -> list[alt.Chart]:
    """Draw of this visitor from each bell, ringed if it decided, and the truth."""
    ink = theme(dark).ink
    draws = _only("isValid(datum.draw)", x=_reward("datum.draw"), y="datum.foot - lane * peak / 2")
    end = "bars - 4 * px"
    ringed = draws.transform_filter("datum.ringed").transform_calculate(end=end)
    return [
        draws.mark_rule(color=ink, strokeWidth=1.1).encode(y2="foot"),
        ringed.mark_rule(color=ink, strokeDash=[1, 3], strokeWidth=1.4).encode(x2="end"),
        draws.mark_point(filled=True, stroke=ink, opacity=1).encode(
            color=OWN_COLOUR,
            size=_ringed("170 * px * px", "46 * px * px"),
            strokeWidth=_ringed("2.8 * px", "px"),
        ),
        _only("isValid(datum.truth)", x=_reward("datum.truth"), y="datum.foot - 7 * px").mark_point(
            shape="diamond",
            filled=True,
            opacity=1,
            size=100,
            color=ink,
            stroke=theme(dark).ground,
            strokeWidth=1.2,
        ),
    ]


def _ringed(ringed: str, other: str) -> Any:
    """Size of a draw as an expression; the deciding draw has another."""
    values = (alt.value(alt.ExprRef(expr)) for expr in (ringed, other))
    return alt.condition("datum.ringed", *values)


def _numbers(scale: RewardScale) -> alt.Chart:
    """Unseen marks over the rows: tooltips, and descriptions for screen readers.

    Without a known size of rewards they have no amounts, and never more than an action can earn.
    """
    shares = {
        "Chance": "datum.won + datum.kept",
        "of which by samples": "datum.won",
        "of which for exploration": "datum.kept",
        "Monte-Carlo error (1 sd)": "datum.error",
    }
    rewards = {
        "Expected reward": "datum.mean",
        "Width of the bell (1 sd)": "datum.sd",
        "This visitor\\'s sample": "datum.draw",
        "True reward": "datum.truth",
    }
    chances = [f"'{title}': format({value}, '.2%')" for title, value in shares.items()]
    chances[2] += " + (datum.more ? ' (half of all is for the first)' : '')"
    texts = [f"{{Action: datum.action, {', '.join(chances)}}}"]
    texts += [
        f"{_named(value)} ? {{'{title}': {_amount(value, scale)}}} : {{}}"
        for title, value in rewards.items()
    ]
    wins = "isValid(datum.wins) ? {'Samples won': format(datum.wins, '.2%')} : {}"
    texts.insert(3, wins)
    description = (
        "datum.action + (datum.told ? ', chance ' + format(datum.won + datum.kept, '.2%') : '')"
        f" + ({_named('datum.mean')} ? ', believed to earn ' + {_amount('datum.mean', scale)} : '')"
    )
    unseen: alt.Chart = _box("", (0, 1), "0", "width").mark_rect(
        opacity=0,
        aria=True,
        description=alt.ExprRef(description),
        tooltip=alt.ExprRef(f"merge({', '.join(texts)})"),
    )
    return unseen


def _named(share: str) -> str:
    """True for a reward whose amount is given, as an expression; see `BeliefScale.can_name`."""
    return f"datum.known && isValid({share}) && {share} <= datum.most"


def _amount(share: str, scale: RewardScale) -> str:
    """Text of a reward, given as a share of the range, as an expression."""
    number = f"{share} * datum.end"
    if not scale.unit:
        return f"format({number}, '.3f')"
    unit = json.dumps(f"\u00a0{scale.unit}{scale.per}")
    return f"format({number} * {scale.factor:g}, '{scale.format}') + {unit}"
