"""How values are written."""

import math
import re

import streamlit as st


def plain(text: object) -> str:
    """Any text as Markdown that shows just that text: no formatting, no HTML, no links.

    Characters that Markdown reads become entities. Links, arrows, emoji and icons are found only
    after entities are decoded: an invisible word joiner breaks what they look for.
    """
    shown = "".join(
        f"&#{ord(c)};{_JOINER if c in _LINKING else ''}" if c in _SPECIAL else c for c in str(text)
    )
    return re.sub("(w)(?=w)", rf"\1{_JOINER}", shown, flags=re.IGNORECASE)


_SPECIAL = set("\\`*_{}[]()<>#+-.!|~$:&^=@'\"/\n")
_LINKING = set(":/.@-<>~")
_JOINER = "&#8288;"


def counted(number: int, thing: str, things: str = "") -> str:
    """A number of things."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def duration(seconds: float) -> str:
    """How long something takes, roughly."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    if seconds < 5_400:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3_600), "hour")


def percent(share: float, unknown: str = "–") -> str:
    """A probability for reading, NaN as ``unknown``; never certain for what is not certain."""
    if math.isnan(share):
        return unknown
    if 0 < share < 0.01:
        return "<1\u00a0%"
    if 0.99 < share < 1:
        return ">99\u00a0%"
    return f"{share:.0%}".replace("%", "\u00a0%")


def signed(reward: float) -> str:
    """A change of a reward, with its sign."""
    return f"{reward:+.2f}".replace("-", "\N{MINUS SIGN}")


def question(asked: str, told: str) -> None:
    """What a page answers, in large type, and what to know first."""
    with st.container(gap=None):
        st.markdown(f"**{asked}**")
        note(told)


def note(markdown: str) -> None:
    """Small grey text, dark enough to read."""
    st.markdown(f":small[:gray[{markdown}]]")
