"""A slider for a guess: it begins without a value."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st


def guess_slider(
    label: str,
    values: Sequence[float],
    last: float | None,
    text_of: Callable[[float], str],
    key: str,
    unset: str,
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> float | None:
    """Draw the slider and return its value; None until it is moved.

    Args:
        values: all values that can be guessed, ascending.
        last: the value to begin with, one of ``values``; None to begin without one.
        text_of: text of a value.
        unset: text of the handle while there is no value.
    """
    options: list[float | None] = [None, *values]
    return st.select_slider(
        label,
        options,
        last,
        format_func=lambda value: unset if value is None else text_of(value),
        key=key,
        label_visibility=label_visibility,
    )
