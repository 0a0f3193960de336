"""A minimal Streamlit app with a button and some charts, as the lower bound for our app.

`tests/benchmarks/ui.py` and `sessions.py` run it. ``?charts=4`` sets the number of charts,
``&elements=40`` the total number of elements and blocks, filled up with short texts. As on the Play
page, everything is in one fragment, specifications are cached without data, charts have keys, and
the click has a callback. The app learns nothing; each click changes about as many rows.
"""

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

KINDS = ("bars", "bells", "map", "curve")
ACTIONS, POINTS, CELLS = 4, 60, 36


@lru_cache
def spec(kind: str) -> dict[str, Any]:
    """A chart without data, with fixed domains."""
    x = alt.X("x:Q").scale(domain=(0, 1))
    y = alt.Y("y:Q").scale(domain=(0, ACTIONS))
    colour = alt.Color("who:N").legend(None)
    charts = {
        "bars": lambda base: base.mark_bar().encode(x, alt.Y("who:N"), colour),
        "bells": lambda base: base.mark_area().encode(x, y, colour),
        "map": lambda base: base.mark_rect().encode(alt.X("x:O"), alt.Y("y:O"), colour),
        "curve": lambda base: base.mark_line().encode(
            alt.X("x:Q").scale(domain=(0, 100)), y, colour
        ),
    }
    chart = charts[kind](alt.Chart(pd.DataFrame())).properties(height=250)
    result: dict[str, Any] = chart.to_dict()
    result.pop("datasets", None)
    result.pop("data", None)
    return result


def rows(kind: str, clicks: int) -> pd.DataFrame:
    """About as many rows as the chart of the Play page has, others after each click."""
    luck = np.random.default_rng(clicks)
    if kind == "bars":
        return pd.DataFrame({"x": luck.random(ACTIONS), "who": range(ACTIONS)})
    if kind == "bells":
        grid, centres = np.linspace(0, 1, POINTS), luck.random(ACTIONS)[:, None]
        heights = np.exp(-(((grid - centres) / 0.1) ** 2) / 2)
        who = np.repeat(range(ACTIONS), POINTS)
        return pd.DataFrame({"x": np.tile(grid, ACTIONS), "y": heights.ravel(), "who": who})
    if kind == "map":
        cells = np.arange(CELLS)
        who = luck.integers(ACTIONS, size=CELLS)
        return pd.DataFrame({"x": cells % 9, "y": cells // 9, "who": who})
    so_far = np.arange(clicks + 1)
    heights = np.random.default_rng(1).random((2, clicks + 1)) * ACTIONS
    return pd.DataFrame(
        {"x": np.tile(so_far, 2), "y": heights.ravel(), "who": so_far.repeat(2) * 0 + 1}
    )


def count() -> None:
    """Count a click."""
    st.session_state.clicks += 1


@st.fragment
def draw() -> None:
    """Draw the whole page."""
    st.button("Click", key="click", on_click=count)
    st.markdown(f"Clicks: {st.session_state.clicks}")
    for i, place in enumerate(st.columns(charts)):
        kind = KINDS[i % len(KINDS)]
        place.vega_lite_chart(rows(kind, st.session_state.clicks), spec(kind), key=f"chart-{i}")
    for number in range(elements - 3 - 2 * charts):
        st.markdown(f"Text {number}")


st.set_page_config(layout="wide")
charts = int(st.query_params.get("charts", "4"))
elements = int(st.query_params.get("elements", "0"))
st.session_state.setdefault("clicks", 0)
draw()
