"""An apprentice beside today's rules and a loop that is online from the start."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import altair as alt
import pyarrow as pa

from engine.evaluation.apprentice_agreement import RECENT_EVENTS, Matching
from engine.evaluation.mean_intervals import Estimate, Z
from engine.evaluation.switch_value import SwitchValue
from engine.worlds import World
from pages.parts.charts.base import (
    PAGE,
    Ends,
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
from pages.parts.charts.curves import Curve, level, melted
from pages.parts.charts.lines import (
    LineStyle,
    LineStyles,
    edge,
    end_above,
    from_first,
    labelled,
    lines,
    span_of,
)
from pages.parts.text.theme import theme

MATCH, CEILING = "agreement", "most on average"
TODAY, APPRENTICE, ONLINE = "today's rules", "apprentice", "always online"
BEST = "best possible"
ARMS = {"baseline": TODAY, "apprentice": APPRENTICE, "online": ONLINE}
"""Arms in drawing order: the wide line of today's rules stays visible below lines with equal
values."""
_SHAPED = (APPRENTICE, ONLINE)
"""Lines with distinct shapes; today's rules have a distinct width."""


def _rule(switched: bool) -> str:
    """Tooltip of the line of a switch; empty without a switch."""
    return "Switched after visitor" if switched else ""


_ONLINE = "goes online"
"""Name of the first switch in a picture."""
LINES, GAINS = 250, 250
"""Heights of the charts in pixels."""
TOP = 1.04
"""End of an axis over the largest value, with room for the width of a line."""


def _arms(dark: bool) -> LineStyles:
    return (
        (TODAY, LineStyle(theme(dark).faint, "square", 9)),
        (APPRENTICE, LineStyle(theme(dark).accent)),
        (ONLINE, LineStyle(theme(dark).other, "diamond")),
    )


# -- over the visitors ----------------------------------------------------------------


def match_spec(dark: bool, switched: bool) -> Spec:
    """Lines: share of the apprentice's choices that match today's rules, against its ceiling."""
    looks = (
        (CEILING, LineStyle(theme(dark).faint, "square", 9)),
        (MATCH, LineStyle(theme(dark).accent)),
    )
    title = f"same as today's rules, last {RECENT_EVENTS}"
    return lines(dark, None, (0, TOP), title, looks, LINES, _rule(switched), change=_ONLINE)


def reward_spec(
    dark: bool,
    switched: bool,
    truth: bool,
    title: str = f"mean reward, last {RECENT_EVENTS}",
    top: float = TOP,
    number: str = ".3~f",
    is_cut: bool = False,
) -> Spec:
    """Lines: mean reward of the latest visitors in each loop.

    Args:
        title, top: of the vertical axis.
        number: D3 format of the rewards.
        is_cut: True for an axis that begins at the first point, as the means before leap.
    """
    best = ((BEST, LineStyle(theme(dark).ink, "cross", 1.5)),) if truth else ()
    looks, rule = _arms(dark) + best, _rule(switched)
    spec = lines(dark, None, (0, top), title, looks, LINES, rule, number=number, change=_ONLINE)
    return from_first(spec) if is_cut else spec


def cost_spec(dark: bool, switched: bool, top: float) -> Spec:
    """Lines: number of visitors with less reward than under today's rules."""
    looks = _arms(dark)[1:]
    return lines(
        dark, None, (0, top), "visitors served worse", looks, GAINS, _rule(switched), change=_ONLINE
    )


def gain_spec(dark: bool, switched: bool, low: float, high: float, unit: str = "rewards") -> Spec:
    """Lines: rewards gained over today's rules, summed up, in rewards or money."""
    looks = _arms(dark)
    rule = _rule(switched)
    return lines(dark, None, (low, high), unit, looks, GAINS, rule, number=",.3~f", change=_ONLINE)


def match_rows(rows: Curve, switches: Sequence[int], came: int, size: Size = PAGE) -> pa.Table:
    """Rows of `match_spec`, see `labelled`; a line without a name is a switch.

    Args:
        came: number of visitors, at whom the axis ends, as in all charts over the visitors.
    """
    line_rows = melted(rows, {CEILING: "ceiling", MATCH: "recent"})
    return table([*labelled(line_rows, (0, TOP), size.room(LINES), switches), edge(came)])


def reward_rows(
    rows: Curve,
    switches: Sequence[int],
    came: int,
    best: float | None = None,
    size: Size = PAGE,
    top: float = TOP,
) -> pa.Table:
    """Rows of `reward_spec`, see `match_rows`.

    Args:
        best: the best possible mean reward.
        top: end of the vertical axis.
    """
    line_rows = melted(rows, {name: arm for arm, name in ARMS.items()})
    known = [] if best is None else level(BEST, best, came)
    first = min((row["visitor"] for row in rows), default=0)
    line_rows += [row | {"visitor": max(float(str(row["visitor"])), first)} for row in known]
    marked = labelled(line_rows, (0, top), size.room(LINES), switches, _SHAPED)
    return table([*marked, edge(came)])


def sum_rows(
    rows: Curve,
    switches: Sequence[int],
    came: int,
    measure: str,
    domain: tuple[float, float],
    size: Size = PAGE,
) -> pa.Table:
    """Rows of `cost_spec` and `gain_spec`, see `match_rows`.

    Args:
        measure: end of the columns' names in
            `engine.experiments.apprentice_comparison.Comparison.rows`.
        domain: of the vertical axis.
    """
    arms = {name: arm + measure for arm, name in ARMS.items()}
    if measure == "_worse":
        del arms[TODAY]
    line_rows = melted(rows, arms)
    marked = labelled(line_rows, domain, size.room(GAINS), switches, _SHAPED)
    return table([*marked, edge(came)])


def bounds_of(rows: Curve, measure: str, is_exact: bool = False) -> tuple[float, float]:
    """Ends of an axis that holds the values of all arms, growing in steps.

    Args:
        is_exact: True for an axis of any length; False for one that reaches from 0 to 10 at least.
    """
    values = [row[arm + measure] for row in rows for arm in ARMS] or [0.0]
    low, high = TOP * min(values), TOP * max(values)
    if is_exact and (low or high):
        high = max(high, -low / 10)  # The name of a switch stands above the line at 0.
        return (-end_above(-low) if low < 0 else 0), (end_above(high) if high > 0 else 0)
    return (-span_of(-low, 10) if low < 0 else 0), span_of(high, 10)


# -- if it went online now ------------------------------------------------------------


@lru_cache(maxsize=8)
def outlook_spec(
    dark: bool, title: str = "mean reward", domain: Ends = (0, 1), number: str = ".3f"
) -> Spec:
    """Bands for the value of going online, with the middle of each.

    Args:
        title, domain: of the axis, see `outlook_ends`.
        number: D3 format of the rewards.
    """
    x = across("low", title, domain)
    y = lanes("what", labelLimit=210, labelPadding=8)
    tips = tooltip(what="What") + tooltip(number, low="From", high="To")
    middle = tooltip(number, point="Middle")  # The log's bounds have no middle.
    bands = blank().mark_bar(height=16, cornerRadius=4, opacity=0.55)
    alone = bands.transform_filter("!isValid(datum.point)").encode(tooltip=tips)
    around = bands.transform_filter("isValid(datum.point)").encode(tooltip=tips + middle)
    points = blank().transform_filter("isValid(datum.point)").mark_tick(thickness=3, size=24)
    colours = [theme(dark).accent, theme(dark).other, theme(dark).ink]
    scale = alt.Scale(domain=["log", "belief", "truth"], range=colours)
    colour = alt.Color("kind:N", scale=scale, legend=None)
    return finish(
        dark,
        200,
        *(band.encode(x, y, x2="high:Q", color=colour) for band in (alone, around)),
        points.encode(x="point:Q", y=y, color=colour, tooltip=tips + middle),
    )


def outlook_rows(
    outlook: SwitchValue,
    truth: float | None,
    since: Estimate | None,
    factor: float = 1,
) -> pa.Table:
    """Rows of `outlook_spec`: what, kind, low, high, point, within rewards from 0 to 1.

    Args:
        truth: the true value of going online, if revealed.
        since: mean reward since the switch.
        factor: from a mean reward to the number on the axis.
    """

    def band(what: str, kind: str, low: float, high: float) -> dict[str, object]:
        return {"what": what, "kind": kind, "low": factor * low, "high": factor * high}

    def around(what: str, kind: str, mean: float, error: float = 0.0) -> dict[str, object]:
        ends = band(what, kind, max(0.0, mean - Z * error), min(1.0, mean + Z * error))
        return {**ends, "point": factor * mean}

    def measured(what: str, mean: Estimate) -> dict[str, object]:
        return {**band(what, "log", mean.low, mean.high), "point": factor * mean.mean}

    rows = [
        measured("today's rules", outlook.today),
        band("what the log allows", "log", outlook.low_limit, outlook.high_limit),
    ]
    if outlook.belief is not None and outlook.belief_sd is not None:
        rows.append(around("expected by the engine", "belief", outlook.belief, outlook.belief_sd))
    if outlook.estimate is not None and outlook.error is not None:
        rows.append(around("estimate from exploration", "log", outlook.estimate, outlook.error))
    if since is not None:
        rows.append(measured("earned since", since))
    if truth is not None:
        rows.append(around("the truth", "truth", truth))
    return table(rows)


def outlook_ends(rows: pa.Table, least: float) -> Ends:
    """Ends of the axis of `outlook_spec`: from 0, it holds all bands and ``least``."""
    high = max(rows["high"].to_pylist())
    return 0.0, end_above(high) if high > least else least


# -- slice by slice -------------------------------------------------------------------


@lru_cache(maxsize=8)
def slices_spec(dark: bool, size: int) -> Spec:
    """Bars: expected agreement with today's rules for each value of the context."""
    x = across("agreement", "same choice as today's rules", (0, 1), format="%")
    y = lanes("value", labelLimit=150)
    shares = {"match": "Agreement", "ratio": "Reward achievement ratio"}
    tips = tooltip(field="Field", value="Value")
    tips += tooltip(".1%", agreement="Expected agreement", **shares)
    tips += tooltip(",", visitors="Visitors")
    bars = blank().mark_bar(cornerRadius=3, color=theme(dark).accent, height=14)
    ceilings = blank().mark_tick(thickness=2, size=18, color=theme(dark).faint)
    return finish(
        dark,
        26 * size + 40,
        bars.encode(x, y, tooltip=tips),
        ceilings.encode(x="ceiling:Q", y=y, tooltip=tooltip(".1%", ceiling="Most on average")),
    )


def slices_rows(slices: Mapping[str, Matching], world: World) -> pa.Table:
    """Rows of `slices_spec`: field, value, agreement, match, ratio, ceiling, visitors."""
    return table(
        [
            {
                "field": field.label,
                "value": name,
                "agreement": part.expected_agreement,
                "match": part.match_rate,
                "ratio": part.reward_achievement_ratio,
                "ceiling": part.highest_match_rate,
                "visitors": part.events,
            }
            for (field, value), name in zip(world.segments(), segment_names(world), strict=True)
            if (part := slices.get(f"{field.name}={value.name}")) is not None
        ]
    )
