"""What stands beside the reward buttons: what is offered, and what the last press moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Badge = tuple[str, str, Literal["gray", "orange", "green", "violet", "blue"]]
"""Label, icon and colour."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The action to show, large, and whether it is the best guess; the picture tells why.

    Attributes:
        name, emoji: of the action.
        picture: its picture file, a data URI; empty if it has none.
        told: its features in words.
        badge: what decided.
    """

    name: str
    emoji: str
    picture: str
    told: str
    badge: Badge


Pieces = Sequence[tuple[str, bool]]
"""Of a sentence, each with whether it is bold."""


@dataclass(frozen=True, slots=True)
class Last:
    """What the last visitor did.

    Attributes:
        hint: what to do next, in the first minute.
        said: in words.
        note: what is said in small letters below.
        lines: what the click moved, each with a name and where from 0 to 1 it was and is.
    """

    hint: Pieces = ()
    said: Pieces = ()
    note: Pieces = ()
    lines: Sequence[tuple[str, float, float]] = ()
