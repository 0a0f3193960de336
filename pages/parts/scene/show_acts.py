"""Acts of the five-minute show: its pages and screens, in order.

This module contains names only; `five_minutes` moves from page to page.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ACTS: Mapping[str, tuple[str, ...]] = {
    "play": (
        *("room-1", "room-2", "room-3", "room-4", "room-5", "room-6", "room-over"),
        *("visitor-1", "offer-1", "answer-1", "map", "crowd-1000", "truth", "best"),
    ),
    "evaluate": ("report", "asked", "truth"),
    "compare": ("watching", "watched", "online", "worse"),
    "race": ("line-up", "leaders", "curves"),
}
"""Screens of each act, by page."""


@dataclass(frozen=True, slots=True)
class ShowBookmark:
    """ShowBookmark at which a show can be resumed.

    Attributes:
        at: time since the beginning.
        key: of its words.
        page, screen: first page and screen.
    """

    at: str
    key: str
    page: str
    screen: str


MINUTES = (
    ShowBookmark("0:00", "room", "play", "room-1"),
    ShowBookmark("0:50", "draw", "play", "visitor-1"),
    ShowBookmark("1:30", "thousand", "play", "map"),
    ShowBookmark("2:20", "table", "evaluate", "report"),
    ShowBookmark("3:30", "watch", "compare", "watching"),
    ShowBookmark("4:30", "change", "race", "line-up"),
)


def neighbour(act: str, by: int) -> tuple[str, str] | None:
    """Return page and screen of the next or previous act; None at the ends."""
    acts = list(ACTS)
    there = acts.index(act) + by
    if not 0 <= there < len(acts):
        return None
    page = acts[there]
    return page, ACTS[page][0 if by > 0 else -1]
