"""What happened on the Compare page, short enough for its link.

The crowd and its luck come from the seed, so how many came and when the apprentice's mode
changed is all it takes to have the same figures again.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import streamlit as st

from pages.parts.compare.setup import END
from pages.parts.settings.link import has_gone_back, quoted, say_refused

NAME = "story"
"""Its name in the link."""
FIRST = 100
"""Visitors who come when the page opens, so that there is something to see."""
MAX_SWITCHES = 20
"""Changes of the apprentice's mode: before each, what it would bring is computed."""


@dataclass(frozen=True, slots=True)
class History:
    """How far a comparison has come.

    Attributes:
        came: visitors.
        switches: for each change of the apprentice's mode, whoever made it, the visitors
            before it.
    """

    came: int = FIRST
    switches: tuple[int, ...] = ()

    @property
    def text(self) -> str | None:
        """As it stands in a link; None for what happens anyway."""
        return None if self == History() else "-".join(map(str, (self.came, *self.switches)))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The story that a link tells.

        Raises:
            ValueError: if it cannot be.
        """
        parts = text.split("-")
        if not all(p.isascii() and p.isdigit() and len(p) < 6 for p in parts):
            raise ValueError("not whole numbers with hyphens between")
        came, *switches = map(int, parts)
        if len(switches) > MAX_SWITCHES:
            raise ValueError("too many switches")
        if any(early > late for early, late in pairwise([0, *switches, came, END])):
            raise ValueError("not in order")
        return cls(came, tuple(switches))


def history_in_link() -> History | None:
    """What the address asks for; a story that cannot be is said.

    Without one it asks for nothing, or, gone back to, for what there was before any.
    """
    text = st.query_params.get(NAME)
    if text is None:
        return History() if has_gone_back() else None
    try:
        return History.from_text(text)
    except ValueError:
        say_refused(
            f"{NAME} in the link is {quoted(text)}, but must be how many came, up to {END:,}, "
            f"and after how many the mode changed, {MAX_SWITCHES} times at most, with hyphens "
            f"between; {FIRST} come instead."
        )
        return None
