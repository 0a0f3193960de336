"""Family of bars: a lane for each name, with an interval, marks and words beside them."""

from typing import Any

import altair as alt

from pages.parts.charts.base import blank
from pages.parts.text.theme import theme

HAS_INTERVAL = "isValid(datum.low)"


def intervals(dark: bool, y: alt.Y, width: float = 2, yes: str = HAS_INTERVAL) -> alt.Chart:
    """Lines from ``low`` to ``high`` of the rows with an interval."""
    rules = blank().transform_filter(yes)
    rules = rules.mark_rule(strokeWidth=width, color=theme(dark).ink, clip=True, aria=False)
    lines: alt.Chart = rules.encode(y, alt.X("low:Q"), x2="high:Q")
    return lines


def upright(dark: bool, x: Any, **look: Any) -> alt.Chart:
    """A vertical line across the lanes."""
    rule: alt.Chart = blank().mark_rule(color=theme(dark).ink, aria=False, **look).encode(x=x)
    return rule


def words(y: alt.Y, x: Any = None, field: str = "told", **look: Any) -> alt.Chart:
    """A text in each lane, at the right edge or where ``x`` says."""
    usual: dict[str, Any] = {"align": "left", "dx": 8, "aria": False}
    texts = blank().mark_text(**usual | look)
    lanes: alt.Chart = texts.encode(y, x=alt.value("width") if x is None else x, text=f"{field}:N")
    return lanes
