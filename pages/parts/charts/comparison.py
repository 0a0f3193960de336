"""An apprentice beside today's baseline and a loop that is online from the start."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import altair as alt
import pyarrow as pa

from engine.evaluation.intervals import Z
from engine.evaluation.matching import RECENT, Matching
from engine.evaluation.switch_value import SwitchValue
from engine.worlds import World
from pages.parts.charts.base import Spec, blank, finish, segment_names, table
from pages.parts.charts.curves import Styles, lines
from pages.parts.theme import theme

Rows = Sequence[Mapping[str, float]]

MATCH, AGREEMENT, CEILING = f"match, last {RECENT}", "expected agreement", "ceiling"
TODAY, APPRENTICE, ONLINE = "today's choice", "apprentice", "online from the start"
BEST = "best possible"
_ARMS = {"online": ONLINE, "apprentice": APPRENTICE, "baseline": TODAY}
"""In the order in which they are drawn: today's dashes stay in sight on what shows the same."""


def _arms(dark: bool) -> Styles:
    return {
        TODAY: ([6, 3], theme(dark).faint),
        APPRENTICE: ([1, 0], theme(dark).accent),
        ONLINE: ([1, 0], theme(dark).other),
    }


# -- over the visitors ----------------------------------------------------------------


@lru_cache(maxsize=64)
def match_spec(dark: bool, span: int) -> Spec:
    """Lines: how often the apprentice chooses what is shown, against its ceiling."""
    styles: Styles = {
        MATCH: ([1, 0], theme(dark).accent),
        AGREEMENT: ([2, 2], theme(dark).accent),
        CEILING: ([6, 3], theme(dark).faint),
    }
    return lines(dark, span, (0, 1.04), "same choice as today's", styles, 280)


@lru_cache(maxsize=64)
def reward_spec(dark: bool, span: int, truth: bool) -> Spec:
    """Lines: mean reward of the latest visitors in each loop."""
    styles = {**_arms(dark), **({BEST: ([1, 3], theme(dark).ink)} if truth else {})}
    return lines(dark, span, (0, 1.04), f"mean reward, last {RECENT}", styles, 280)


@lru_cache(maxsize=64)
def cost_spec(dark: bool, span: int, top: int) -> Spec:
    """Lines: how many visitors gave less than they would have given today's choice."""
    styles = {name: style for name, style in _arms(dark).items() if name != TODAY}
    return lines(dark, span, (0, top), "visitors", styles, 260)


@lru_cache(maxsize=64)
def gain_spec(dark: bool, span: int, low: int, high: int) -> Spec:
    """Lines: rewards gained on today's choice, summed up."""
    return lines(dark, span, (low, high), "rewards", _arms(dark), 260)


def match_rows(rows: Rows, switches: Sequence[int]) -> pa.Table:
    """Rows of `match_spec`: line, visitor, value; a line without a name is a switch."""
    columns = {MATCH: "recent", AGREEMENT: "agreement", CEILING: "ceiling"}
    return table(_melt(rows, columns, switches))


def arm_rows(
    rows: Rows,
    switches: Sequence[int],
    measure: str,
    best: tuple[float, int] | None = None,
) -> pa.Table:
    """Rows of the other three: line, visitor, value.

    Args:
        measure: end of the columns' names in `engine.experiments.comparison.Comparison.rows`.
        best: the best possible mean reward, and the end of the axis.
    """
    found = _melt(rows, {name: arm + measure for arm, name in _ARMS.items()}, switches)
    if best is not None:
        level, span = best
        found += [{"line": BEST, "visitor": at, "value": level} for at in (0, span)]
    return table(found)


def _melt(
    rows: Rows, columns: Mapping[str, str], switches: Sequence[int]
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"line": line, "visitor": row["visitor"], "value": row[column]}
        for line, column in columns.items()
        for row in rows
    ]
    return found + [{"line": None, "visitor": at, "value": None} for at in switches]


def bounds_of(rows: Rows, measure: str) -> tuple[int, int]:
    """Ends of an axis that holds all arms' values: they grow in steps."""
    values = [row[arm + measure] for row in rows for arm in _ARMS] or [0.0]
    low, high = min(values), max(values)
    return (-_step(-low) if low < 0 else 0), _step(high)


def _step(size: float) -> int:
    """The next of 10, 20, 50, 100, 200 and so on."""
    if size <= 10:
        return 10
    power = int(10 ** math.floor(math.log10(size)))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= size)


# -- if it went online now ------------------------------------------------------------


@lru_cache(maxsize=8)
def outlook_spec(dark: bool) -> Spec:
    """The band in which the value of going online lies, and what is believed within it."""
    x = (
        alt.X("low:Q")
        .scale(domain=(0, 1), nice=False, clamp=True)
        .axis(title="mean reward a visitor", tickCount=5)
    )
    y = (
        alt.Y("what:N")
        .sort(None)
        .axis(title=None, labelLimit=210, labelFontSize=13, labelPadding=8)
    )
    tooltip = [
        alt.Tooltip("what:N", title="What"),
        alt.Tooltip("low:Q", title="From", format=".3f"),
        alt.Tooltip("high:Q", title="To", format=".3f"),
        alt.Tooltip("point:Q", title="Middle", format=".3f"),
    ]
    bands = blank().mark_bar(height=16, cornerRadius=4, opacity=0.55)
    points = blank().transform_filter("isValid(datum.point)").mark_tick(thickness=3, size=24)
    colours = [theme(dark).accent, theme(dark).other, theme(dark).ink]
    scale = alt.Scale(domain=["log", "belief", "truth"], range=colours)
    colour = alt.Color("kind:N", scale=scale, legend=None)
    layers = alt.layer(
        bands.encode(x, y, x2="high:Q", color=colour, tooltip=tooltip),
        points.encode(x="point:Q", y=y, color=colour, tooltip=tooltip),
    )
    return finish(layers.properties(height=200), dark)


def outlook_rows(
    outlook: SwitchValue, truth: float | None, since: tuple[float, float] | None
) -> pa.Table:
    """Rows of `outlook_spec`: what, kind, low, high, point.

    Args:
        truth: the value of going online, if it is revealed.
        since: mean reward since it went online, and its standard error.
    """
    rows: list[dict[str, object]] = [
        {"what": "shown today", "kind": "log", "point": outlook.today,
         "low": outlook.today, "high": outlook.today},
        {"what": "what the log allows", "kind": "log", "low": outlook.low_limit,
         "high": outlook.high_limit, "point": None},
    ]  # fmt: skip
    if outlook.belief is not None and outlook.belief_sd is not None:
        rows.append(
            {"what": "what the engine believes", "kind": "belief", "point": outlook.belief,
             "low": outlook.belief - Z * outlook.belief_sd,
             "high": outlook.belief + Z * outlook.belief_sd}
        )  # fmt: skip
    if outlook.estimate is not None and outlook.error is not None:
        rows.append(
            {"what": "estimate from exploration", "kind": "log", "point": outlook.estimate,
             "low": outlook.estimate - Z * outlook.error,
             "high": outlook.estimate + Z * outlook.error}
        )  # fmt: skip
    if since is not None:
        mean, error = since
        rows.append(
            {"what": "earned since", "kind": "log", "point": mean,
             "low": mean - Z * error, "high": mean + Z * error}
        )  # fmt: skip
    if truth is not None:
        rows.append(
            {"what": "the truth", "kind": "truth", "low": truth, "high": truth, "point": truth}
        )
    return table(rows)


# -- slice by slice -------------------------------------------------------------------


@lru_cache(maxsize=8)
def slices_spec(dark: bool, size: int) -> Spec:
    """Bars: expected agreement with today's choice for each value of the context."""
    x = alt.X("agreement:Q").scale(domain=(0, 1)).axis(title="same choice as today's", format="%")
    y = alt.Y("value:N").sort(None).axis(title=None, labelFontSize=13, labelLimit=150)
    tooltip = [
        alt.Tooltip("field:N", title="Field"),
        alt.Tooltip("value:N", title="Value"),
        alt.Tooltip("agreement:Q", title="Expected agreement", format=".1%"),
        alt.Tooltip("match:Q", title="Match rate", format=".1%"),
        alt.Tooltip("ratio:Q", title="Reward achievement ratio", format=".1%"),
        alt.Tooltip("visitors:Q", title="Visitors", format=","),
    ]
    layers = alt.layer(
        blank()
        .mark_bar(cornerRadius=3, color=theme(dark).accent, height=14)
        .encode(x, y, tooltip=tooltip),
        blank()
        .mark_tick(thickness=2, size=18, color=theme(dark).faint)
        .encode(x="ceiling:Q", y=y, tooltip=[alt.Tooltip("ceiling:Q", format=".1%")]),
    )
    return finish(layers.properties(height=26 * size + 40), dark)


def slices_rows(slices: Mapping[str, Matching], world: World) -> pa.Table:
    """Rows of `slices_spec`: field, value, agreement, match, ratio, ceiling, visitors."""
    return table(
        [
            {
                "field": field.label,
                "value": name,
                "agreement": found.expected_agreement,
                "match": found.match_rate,
                "ratio": found.reward_achievement_ratio,
                "ceiling": found.highest_match_rate,
                "visitors": found.events,
            }
            for (field, value), name in zip(world.segments(), segment_names(world), strict=True)
            if (found := slices.get(f"{field.name}={value.name}")) is not None
        ]
    )
