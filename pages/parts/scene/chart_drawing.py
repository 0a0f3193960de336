"""Charts on a page."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.charts.base import Keys
from pages.parts.scene.part_types import Figure
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
    """Draw a chart with a fixed height, so that the page does not jump, and register it for
    downloads.

    Its numbers stand beside it as a hidden caption (`style.css` hides every `st.caption`):
    Streamlit would redraw the chart whenever its own alternative text changed, which dominated the
    time of a click.

    Args:
        alt: alternative text: subject, a colon, and numbers.
        height: replaces the specification's.
        marks, keys: meanings of marks (Markdown) and colours, for a chart outside its page.
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
    """Return containers for two charts side by side, or one below the other on a narrow screen."""
    with st.container(key=f"pair-{name}"):
        left, right = st.columns(2, gap="medium")
    return left, right
