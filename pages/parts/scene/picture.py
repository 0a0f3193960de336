"""Charts on a page."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.charts.base import Keys
from pages.parts.scene.parts import Figure
from pages.parts.text.format import plain
from pages.parts.text.theme import is_dark
from pages.parts.work.figure_registry import drawn_now


def picture(
    rows: Any,
    spec: Mapping[str, Any],
    key: str,
    alt: str,
    height: Any = None,
    marks: str = "",
    keys: Keys = (),
    **more: Any,
) -> None:
    """Draw a chart in a place that is as high as it will be: nothing jumps once it is there. It is
    noted, so that it can be taken along.

    What it shows is told beside it, unseen: Streamlit would draw a chart from nothing whenever its
    own text changed, which took longer than all else after a click. That is a caption, and nothing
    else is (`style.css`).

    Args:
        alt: for whoever does not see it, what it shows, a colon, and its numbers.
        height: another than the specification's.
        marks, keys: what its marks (as Markdown) and colours mean, where it stands alone: on a page
            that is told beside it.
        more: see `st.vega_lite_chart`.
    """
    shows, _, numbers = alt.partition(": ")
    sized = {"height": height} if isinstance(height, int) else {}
    drawn_now().figures[key] = Figure(
        key, shows, alt, {**spec, **sized}, rows, keys=keys, marks=marks, dark=is_dark()
    )
    st.vega_lite_chart(
        rows, dict(spec), key=key, alt=shows, height=height or spec["height"], **more
    )
    st.caption(plain(numbers or shows))


def pair(name: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Places for two charts side by side, or one below the other where the screen is narrow."""
    with st.container(key=f"pair-{name}"):
        left, right = st.columns(2, gap="medium")
    return left, right
