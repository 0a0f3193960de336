"""The five-minute show: which screens of which pages it has, in their order.

It knows names alone; how it goes from page to page says `five_minutes`.
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
"""Its acts: pages with the names of their screens."""


@dataclass(frozen=True, slots=True)
class Minute:
    """A place that a show can be taken up at.

    Attributes:
        at: when it is its turn.
        key: of its words.
        page, screen: where it begins.
    """

    at: str
    key: str
    page: str
    screen: str


MINUTES = (
    Minute("0:00", "room", "play", "room-1"),
    Minute("0:50", "draw", "play", "visitor-1"),
    Minute("1:30", "thousand", "play", "map"),
    Minute("2:20", "table", "evaluate", "report"),
    Minute("3:30", "watch", "compare", "watching"),
    Minute("4:30", "change", "race", "line-up"),
)


def neighbour(act: str, by: int) -> tuple[str, str] | None:
    """The act after another, or before it, and the screen that one comes to; None at the ends."""
    acts = list(ACTS)
    there = acts.index(act) + by
    if not 0 <= there < len(acts):
        return None
    page = acts[there]
    return page, ACTS[page][0 if by > 0 else -1]
