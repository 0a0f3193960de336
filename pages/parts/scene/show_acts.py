"""Acts of the talks of five and fifteen minutes: their pages and screens, in order.

This module contains names only; `show_link` moves from page to page.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShowAct:
    """Part of a talk on one page.

    Attributes:
        page: name of the page.
        screens: names of its screens, in order.
    """

    page: str
    screens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowBookmark:
    """Moment at which a talk can be resumed.

    Attributes:
        at: time since the beginning.
        key: of its words.
        act, screen: first act and screen.
    """

    at: str
    key: str
    act: str
    screen: str


ROOM = "play"
"""Act in which the audience chooses."""
_FIVE: Mapping[str, ShowAct] = {
    ROOM: ShowAct(
        "play",
        (
            *("room-1", "room-2", "room-3", "room-4", "room-5", "room-6", "room-over"),
            *("visitor-1", "offer-1", "answer-1", "others", "crowd-1000", "truth", "best"),
        ),
    ),
    "evaluate": ShowAct("evaluate", ("report", "asked", "truth")),
    "compare": ShowAct("compare", ("watching", "watched", "online", "worse")),
    "race": ShowAct("race", ("line-up", "leaders", "curves")),
}
_FIFTEEN: Mapping[str, ShowAct] = {
    "long-play": ShowAct(
        "play",
        (
            *("visitor-1", "offer-1", "answer-1", "others", "crowd-100"),
            *("visitor-4", "offer-4", "answer-4", "curve"),
            *("crowd-1000", "truth", "best", "regret", "waste"),
        ),
    ),
    "long-race": ShowAct("race", ("line-up", "leaders", "curves", "lost")),
    "long-compare": ShowAct("compare", ("watching", "watched", "online", "worse", "gains")),
    "long-evaluate": ShowAct("evaluate", ("report", "asked", "truth")),
    "long-use": ShowAct("use", ("no",)),
}
SCRIPTS: Mapping[int, Mapping[str, ShowAct]] = {5: _FIVE, 15: _FIFTEEN}
"""Acts of each talk by name, by its minutes."""
ACTS: Mapping[str, ShowAct] = {**_FIVE, **_FIFTEEN}
"""All acts by name; a name belongs to one talk."""
BOOKMARKS: Mapping[int, tuple[ShowBookmark, ...]] = {
    5: (
        ShowBookmark("0:00", "room", "play", "room-1"),
        ShowBookmark("0:50", "draw", "play", "visitor-1"),
        ShowBookmark("1:30", "thousand", "play", "others"),
        ShowBookmark("2:20", "table", "evaluate", "report"),
        ShowBookmark("3:30", "watch", "compare", "watching"),
        ShowBookmark("4:30", "change", "race", "line-up"),
    ),
    15: (
        ShowBookmark("0:00", "draw", "long-play", "visitor-1"),
        ShowBookmark("2:00", "whom", "long-play", "others"),
        ShowBookmark("2:45", "context", "long-play", "crowd-100"),
        ShowBookmark("4:30", "thousand", "long-play", "crowd-1000"),
        ShowBookmark("6:00", "regret", "long-play", "regret"),
        ShowBookmark("7:30", "change", "long-race", "line-up"),
        ShowBookmark("9:45", "watch", "long-compare", "watching"),
        ShowBookmark("12:15", "table", "long-evaluate", "report"),
        ShowBookmark("14:15", "limits", "long-use", "no"),
    ),
}
"""Bookmarks of each talk, by its minutes."""


def script_of(act: str) -> Mapping[str, ShowAct]:
    """Return the acts of the talk to which an act belongs."""
    return next(acts for acts in SCRIPTS.values() if act in acts)


def neighbour(act: str, by: int) -> tuple[str, str] | None:
    """Return the next or previous act and its first or last screen; None at the ends."""
    acts = list(script_of(act).items())
    there = [name for name, _ in acts].index(act) + by
    if not 0 <= there < len(acts):
        return None
    name, found = acts[there]
    return name, found.screens[0 if by > 0 else -1]


def way_before(act: str) -> tuple[int, int]:
    """Return the numbers of screens before an act and in its whole talk."""
    acts = script_of(act)
    numbers = [len(one.screens) for one in acts.values()]
    return sum(numbers[: list(acts).index(act)]), sum(numbers)
