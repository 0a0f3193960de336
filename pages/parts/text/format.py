"""Formatting of numbers, durations, names and headings, and escaping of typed text."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import unescape
from typing import Literal
from unicodedata import bidirectional

import streamlit as st

from pages.parts.text.glossary import explained

Width = Literal["auto", "stretch", "content"]


def plain(text: object) -> str:
    """Escape a text for Markdown: no formatting, no HTML, no links.

    Characters with a meaning in Markdown become entities. Streamlit finds links, arrows, emoji and
    icons after it has decoded entities: an invisible word joiner breaks these patterns.
    Right-to-left text is isolated, so that a number after the text is not drawn before it.
    """
    return _escaped(str(text))


@lru_cache(maxsize=1_024)
def _escaped(text: str) -> str:
    escaped = "".join(
        f"&#{ord(c)};{_JOINER if c in _LINKING else ''}" if c in _SPECIAL else c for c in text
    )
    escaped = re.sub("(w)(?=w)", rf"\1{_JOINER}", escaped, flags=re.IGNORECASE)
    return f"{_ALONE[0]}{escaped}{_ALONE[1]}" if any(map(_runs_left, text)) else escaped


def _runs_left(character: str) -> bool:
    return bidirectional(character) in {"R", "AL"}


_SPECIAL = set("\\`*_{}[]()<>#+-.!|~$:&^=@'\"/\n")
_LINKING = set(":/.@-<>~")
_JOINER = "&#8288;"
_ALONE = "&#8296;", "&#8297;"
"""First strong isolate, and pop directional isolate."""


def bare(markdown: str) -> str:
    """Return the text of the app's own Markdown, which may contain `plain` text, without markup."""
    return _unmarked(re.sub("|".join(_ALONE), "", markdown))


def printed(markdown: str) -> str:
    """Return the text of Markdown without markup, with right-to-left text still isolated."""
    return _unmarked(markdown)


def _unmarked(markdown: str) -> str:
    unmarked = re.sub(r":[\w-]+\[(.*?)\]", r"\1", markdown.replace("**", ""))
    return unescape(unmarked).replace(unescape(_JOINER), "")


def pieces(markdown: str) -> list[tuple[str, bool]]:
    """Split Markdown into runs of text, each with True if bold, for code that draws text by
    itself."""
    parts = (printed(part) for part in markdown.split("**"))
    return [(part, bool(place % 2)) for place, part in enumerate(parts) if part]


def distinct_names(names: Mapping[str, str]) -> dict[str, str]:
    """Make names by key distinct: duplicates get the end of their key, or the whole key if ends
    agree.

    The browser identifies a menu's option by the label.
    """
    times, ends = Counter(names.values()), {key: key[-_END:].lstrip("-") for key in names}
    alike = Counter((name, ends[key]) for key, name in names.items())
    own = {key: ends[key] if alike[name, ends[key]] == 1 else key for key, name in names.items()}
    return {key: f"{name} ({own[key]})" if times[name] > 1 else name for key, name in names.items()}


_END = 9
"""Characters of a key that distinguish keys: the length of the longest name of a ready-made
world."""


def counted(number: int, thing: str, things: str = "") -> str:
    """Format a number with its noun, in the singular or plural."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def unbroken_brackets(text: str) -> str:
    """Replace spaces within brackets, as of an interval, by spaces at which no line breaks."""
    return re.sub(r"\([^)]*\)", lambda inside: inside[0].replace(" ", "\u00a0"), text)


def in_a_sentence(label: str) -> str:
    """Return a label for use within a sentence: the first letter in lower case, unless the label
    begins with two capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def duration(seconds: float) -> str:
    """Format a duration in rounded seconds, minutes or hours."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    if seconds < 5_400:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3_600), "hour")


_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def ago(seconds: float) -> str:
    """Format the time since an event in whole days, hours or minutes."""
    phrases = (f"{counted(int(seconds // size), u)} ago" for size, u in _UNITS if seconds >= size)
    return next(phrases, "just now")


def percent(share: float, unknown: str = "–") -> str:
    """Format a probability, NaN as ``unknown``; only exactly 0 and 1 become 0 % and 100 %."""
    if math.isnan(share):
        return unknown
    if 0 < share < 0.01:
        return "<1\u00a0%"
    if 0.99 < share < 1:
        return ">99\u00a0%"
    return f"{share:.0%}".replace("%", "\u00a0%")


def signed(reward: float) -> str:
    """Format a difference of rewards with its sign; 0.00 has none."""
    text = f"{reward:+.2f}".replace("-", "\N{MINUS SIGN}")
    return "0.00" if text.endswith("0.00") else text


def question(
    headline: str,
    introduction: str,
    chip: str = "",
    beside: Callable[[], None] | None = None,
) -> None:
    """Draw a page's headline and the introduction below.

    Args:
        chip: names of the options that are on, drawn as a badge; terms in the text are explained.
        beside: draws further elements at the end of the headline's row.
    """
    badge = f" :gray-badge[{chip}]" if chip else ""
    with st.container(gap=None, key="question"):
        with st.container(horizontal=True, vertical_alignment="center", key="headline"):
            st.title(headline, anchor=False)
            if beside is not None:
                beside()
        st.markdown(f":gray[{introduction}]{badge}", help=explained(chip))


def section(title: str, help: str | None = None) -> None:
    """Draw the heading of a section."""
    st.header(title, anchor=False, help=help)


def titled(title: str, *paragraphs: str, help: str | None = None, width: Width = "auto") -> None:
    """Draw a heading and its paragraphs as a single element: the cost of a rerun grows with the
    number of elements."""
    body = "\n\n".join([f"## {title}", *paragraphs])
    st.markdown(body, anchors=False, help=help, width=width)


def small(markdown: str) -> str:
    """Return the Markdown of a `note`."""
    return f":small[:gray[{markdown}]]"


def note(markdown: str, help: str | None = None) -> None:
    """Draw small grey text with enough contrast to read."""
    st.markdown(small(markdown), help=help)
