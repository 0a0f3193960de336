"""History of the Compare page, short enough for a link.

Visitors and luck follow from the seed, so the number of visitors and the times at which the
apprentice's mode changed reproduce all figures.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import streamlit as st

from pages.parts.compare.page_settings import END
from pages.parts.settings.page_settings_base import has_gone_back, quoted, say_refused

NAME = "story"
"""Name of the history in the link."""
FIRST = 100
"""Visitors simulated when the page opens, so that its figures are not empty."""
MAX_SWITCHES = 20
"""Most changes of the apprentice's mode; a forecast is computed before each."""


@dataclass(frozen=True, slots=True)
class History:
    """Number of visitors of a comparison, and its changes of mode.

    Attributes:
        came: number of visitors.
        switches: number of visitors before each change of the apprentice's mode, whether made by a
            person or automatically.
    """

    came: int = FIRST
    switches: tuple[int, ...] = ()

    @property
    def text(self) -> str | None:
        """Return the text for a link; None for the default history."""
        return None if self == History() else "-".join(map(str, (self.came, *self.switches)))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse the text of a link.

        Raises:
            ValueError: if the text is malformed, out of order or too long.
        """
        parts = text.split("-")
        if not all(p.isascii() and p.isdigit() and len(p) <= len(str(END)) for p in parts):
            raise ValueError("not whole numbers with hyphens between")
        came, *switches = map(int, parts)
        if len(switches) > MAX_SWITCHES:
            raise ValueError("too many switches")
        if any(early > late for early, late in pairwise([0, *switches, came, END])):
            raise ValueError("not in order")
        return cls(came, tuple(switches))


def history_in_link() -> History | None:
    """Return the history in the address; report an invalid one on the page and return None.

    Without a history in the address, return the default one if the person pressed Back, else None.
    """
    text = st.query_params.get(NAME)
    if text is None:
        return History() if has_gone_back() else None
    try:
        return History.from_text(text)
    except ValueError:
        say_refused(
            f"{NAME} in the link is {quoted(text)}, but must be the number of "
            f"visitors, up to {END:,}, and the visitors after which the mode "
            f"changed, at most {MAX_SWITCHES} times, with hyphens between; {FIRST} "
            "visitors come instead."
        )
        return None
