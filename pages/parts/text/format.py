"""How values are written."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from html import unescape
from typing import Literal
from unicodedata import bidirectional

import streamlit as st

from pages.parts.text.glossary import explained

Width = Literal["auto", "stretch", "content"]


def plain(text: object) -> str:
    """Any text as Markdown that shows just that text: no formatting, no HTML, no links.

    Characters that Markdown reads become entities. Links, arrows, emoji and icons are found only
    after entities are decoded: an invisible word joiner breaks what they look for. Text that runs
    from right to left stands by itself: a number behind it would be drawn before it.
    """
    shown = "".join(
        f"&#{ord(c)};{_JOINER if c in _LINKING else ''}" if c in _SPECIAL else c for c in str(text)
    )
    shown = re.sub("(w)(?=w)", rf"\1{_JOINER}", shown, flags=re.IGNORECASE)
    return f"{_ALONE[0]}{shown}{_ALONE[1]}" if any(map(_runs_left, str(text))) else shown


def _runs_left(character: str) -> bool:
    return bidirectional(character) in {"R", "AL"}


_SPECIAL = set("\\`*_{}[]()<>#+-.!|~$:&^=@'\"/\n")
_LINKING = set(":/.@-<>~")
_JOINER = "&#8288;"
_ALONE = "&#8296;", "&#8297;"
"""The first strong isolate, and what ends it."""


def bare(markdown: str) -> str:
    """The text of our own Markdown, with `plain` text in it, without its marks."""
    return _unmarked(re.sub("|".join(_ALONE), "", markdown))


def printed(markdown: str) -> str:
    """The same to be drawn, where text that runs from right to left still stands by itself."""
    return _unmarked(markdown)


def _unmarked(markdown: str) -> str:
    unmarked = re.sub(r":[\w-]+\[(.*?)\]", r"\1", markdown.replace("**", ""))
    return unescape(unmarked).replace(unescape(_JOINER), "")


def pieces(markdown: str) -> list[tuple[str, bool]]:
    """The same in pieces, each with whether it is bold, for what draws text by itself."""
    parts = (printed(part) for part in markdown.split("**"))
    return [(part, bool(place % 2)) for place, part in enumerate(parts) if part]


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names by their keys; one that stands there twice with the end of its key, or all of it where
    ends are alike, for a browser tells of a choice by what it reads there."""
    times, ends = Counter(names.values()), {key: key[-_END:].lstrip("-") for key in names}
    alike = Counter((name, ends[key]) for key, name in names.items())
    own = {key: ends[key] if alike[name, ends[key]] == 1 else key for key, name in names.items()}
    return {key: f"{name} ({own[key]})" if times[name] > 1 else name for key, name in names.items()}


_END = 9
"""Characters of a key that are enough to tell it from others: the longest name of a ready world."""


def counted(number: int, thing: str, things: str = "") -> str:
    """A number of things."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def in_a_sentence(label: str) -> str:
    """A label as it stands within a sentence: its first letter is small, unless it begins with
    several large ones; all else is as somebody wrote it."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def duration(seconds: float) -> str:
    """How long something takes, roughly."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    if seconds < 5_400:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3_600), "hour")


_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def ago(seconds: float) -> str:
    """How long ago, in words."""
    told = (f"{counted(int(seconds // size), u)} ago" for size, u in _UNITS if seconds >= size)
    return next(told, "just now")


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
    """A change of a reward, with its sign; none where it is 0.00."""
    told = f"{reward:+.2f}".replace("-", "\N{MINUS SIGN}")
    return "0.00" if told.endswith("0.00") else told


def question(
    asked: str,
    told: str,
    chip: str = "",
    beside: Callable[[], None] | None = None,
) -> None:
    """What a page answers, as its headline, and what to know first; a ``chip`` says what is on,
    with the sentence of each term in it, and ``beside`` draws what stands at the headline's end."""
    shown = f" :gray-badge[{chip}]" if chip else ""
    with st.container(gap=None, key="question"):
        with st.container(horizontal=True, vertical_alignment="center", key="headline"):
            st.title(asked, anchor=False)
            if beside is not None:
                beside()
        st.markdown(f":gray[{told}]{shown}", help=explained(chip))


def section(title: str, help: str | None = None) -> None:
    """The heading of a part of a page."""
    st.header(title, anchor=False, help=help)


def titled(title: str, *paragraphs: str, help: str | None = None, width: Width = "auto") -> None:
    """The heading of a part of a page and what stands below it, as one element: what is drawn after
    each click costs by the element."""
    body = "\n\n".join([f"## {title}", *paragraphs])
    st.markdown(body, anchors=False, help=help, width=width)


def small(markdown: str) -> str:
    """The Markdown of a `note`."""
    return f":small[:gray[{markdown}]]"


def note(markdown: str, help: str | None = None) -> None:
    """Small grey text, dark enough to read."""
    st.markdown(small(markdown), help=help)
