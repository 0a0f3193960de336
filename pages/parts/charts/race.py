"""Contenders over the visitors of their crowds."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import cycle

import altair as alt
import pandas as pd

from engine.arrays import Array
from engine.evaluation.intervals import Band
from engine.evaluation.windows import thinned
from engine.experiments.race.plan import Plan
from pages.parts.charts.base import Spec, blank, finish, legend, visitors_axis
from pages.parts.charts.curves import Styles, lines
from pages.parts.theme import Theme, theme

Entries = tuple[tuple[str, str], ...]
"""(key, name) of the contenders, in the order in which they are shown."""

_ROWS = 1_200
"""Rows that one chart draws smoothly."""
_STYLES: Mapping[str, tuple[int | Callable[[Theme], str], list[int]]] = {
    "ours": (lambda look: look.accent, [1, 0]),
    "single": (10, [7, 3]),
    "epsilon": (1, [1, 0]),
    "greedy": (2, [3, 2]),
    "softmax": (3, [1, 0]),
    "ucb": (0, [8, 2, 2, 2]),
    "ab": (4, [5, 3]),
    "segments": (9, [2, 2]),
    "classic": (6, [1, 0]),
    "uniform": (lambda look: look.faint, [1, 3]),
}
"""A place in the palette, and dashes: whoever mixes up two colours can tell them apart."""
_OTHERS = [(place, dashes) for dashes in ([4, 4], [9, 3]) for place in (5, 7, 8, 11)]
"""The same for all other contenders, in turn."""


def styles_of(entries: Entries, dark: bool) -> Styles:
    """Name of each contender -> its dashes and its colour, the same in every chart."""
    found: dict[str, tuple[list[int], str]] = {}
    look, others = theme(dark), cycle(_OTHERS)
    for key, name in entries:
        colour, dashes = _STYLES[key] if key in _STYLES else next(others)
        found[name] = (dashes, look.actions[colour] if isinstance(colour, int) else colour(look))
    return found


def colour_of(entries: Entries, dark: bool, keys: alt.Legend | None = None) -> alt.Color:
    """The one colour that each contender has in every chart."""
    styles = styles_of(entries, dark)
    colours = [colour for _, colour in styles.values()]
    return alt.Color("line:N").scale(domain=list(styles), range=colours).legend(keys)


# -- over the visitors ----------------------------------------------------------------


@lru_cache(maxsize=64)
def reward_spec(dark: bool, span: int, window: int, entries: Entries) -> Spec:
    """Lines with bands: mean reward of the latest visitors."""
    title = f"mean reward, last {window:,} visitors"
    return _lines(dark, span, (0, 1.04), title, entries)


@lru_cache(maxsize=64)
def regret_spec(dark: bool, span: int, top: int, entries: Entries) -> Spec:
    """Lines with bands: reward lost against the best possible, summed up."""
    title = "cumulative regret (rewards lost)"
    return _lines(dark, span, (0, top), title, entries)


def _lines(
    dark: bool, span: int, domain: tuple[float, float], title: str, entries: Entries
) -> Spec:
    styles, height = styles_of(entries, dark), 270 + legend_height(entries)
    return lines(dark, span, domain, title, styles, height, "Tastes change after visitor", True)


def legend_height(entries: Entries) -> int:
    """Pixels that a legend of two columns takes."""
    return 21 * math.ceil(len(entries) / 2)


def band_rows(plan: Plan, bands: Mapping[str, Band], entries: Entries) -> pd.DataFrame:
    """Rows of the two above: line, visitor, value, low, high, error.

    Args:
        bands: by key of the contender.
    """
    names = dict(entries)
    points = plan.points
    each = max(2, _ROWS // max(1, len(bands)))
    at = thinned(0, len(points) - 1, each)
    frames = [
        pd.DataFrame(
            {
                "line": names[key],
                "visitor": points[at],
                "value": band.mean[at],
                "low": band.low[at],
                "high": band.high[at],
                "error": band.error[at],
            }
        )
        for key, band in bands.items()
    ]
    if plan.drift == "halfway":
        frames.append(pd.DataFrame({"line": [None], "visitor": [plan.visitors // 2]}))
    return pd.concat(frames)


@lru_cache(maxsize=16)
def weights_spec(dark: bool, span: int, names: tuple[str, ...]) -> Spec:
    """Areas on top of each other: how far each hypothesis is believed."""
    areas = (
        blank()
        .mark_area(opacity=0.8)
        .encode(
            visitors_axis(span),
            alt.Y("weight:Q").stack("zero").scale(domain=(0, 1)).axis(title="weight", format="%"),
            alt.Color("hypothesis:N")
            .scale(domain=list(names), range=list(theme(dark).actions[: len(names)]))
            .legend(legend()),
            tooltip=[
                alt.Tooltip("hypothesis:N", title="Hypothesis"),
                alt.Tooltip("visitor:Q", title="Visitor", format=",.0f"),
                alt.Tooltip("weight:Q", title="Weight", format=".1%"),
            ],
        )
    )
    return finish(alt.layer(areas).properties(height=280), dark)


def weights_rows(plan: Plan, weights: Mapping[str, Array]) -> pd.DataFrame:
    """Rows of `weights_spec`: hypothesis, visitor, weight."""
    return pd.concat(
        pd.DataFrame({"hypothesis": name, "visitor": plan.points, "weight": values})
        for name, values in weights.items()
    )
