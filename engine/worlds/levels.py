"""What a success may be worth: whole ones, partial ones of several levels, none.

What a visitor likes says how likely a partial success is, and a whole one (`Taste`). Which level a
partial one has is the same for all items and contexts: each level comes as often as its share says,
relative to the other partial ones. So an expected reward e with the chance f of a whole success
leaves p = (e - f) / m for the partial ones, m being the mean of their worths by their shares; and
a level with the share s of all shares S comes with the chance p * s / S.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HALF = 0.5
"""Of a whole success: what a partial one is worth unless a world says otherwise."""
MAX_LEVELS = 7
"""As many as there is room for as buttons: five partial ones, the whole one, and none."""
MAX_LEVEL_NAME = 20
MAX_SHARE = 1e6


@dataclass(frozen=True, slots=True)
class Level:
    """What a success may be worth.

    Attributes:
        worth: as a part of a whole success: 1 for a whole one, 0 for none, else a partial one.
        name: what people call it; empty if they do not.
        share: how often it comes, relative to the other partial ones; it says nothing of 1 and 0.
    """

    worth: float
    name: str = ""
    share: float = 1.0

    @property
    def is_partial(self) -> bool:
        """Whether it is neither a whole success nor none."""
        return 0 < self.worth < 1

    def to_json(self) -> dict[str, object]:
        """The level in the JSON of a world."""
        told: dict[str, object] = {"worth": self.worth}
        told |= {"name": self.name} if self.name else {}
        return told | ({"share": self.share} if self.share != 1 else {})


LEVELS = (Level(HALF),)
"""Those of a world that says nothing of them."""


def answers_of(levels: Sequence[Level]) -> tuple[Level, ...]:
    """All that a visitor may give, the best first: a whole success, the partial ones, none."""
    told = {level.worth: level for level in (Level(1.0), Level(0.0), *levels)}
    return tuple(sorted(told.values(), key=lambda level: -level.worth))


def steps_of(levels: Sequence[Level]) -> tuple[tuple[float, float], ...]:
    """Of the partial ones, the best first: the share of those that are worth at least as much, and
    what each is worth."""
    partial = [level for level in answers_of(levels) if level.is_partial]
    whole, so_far, found = sum(level.share for level in partial), 0.0, []
    for level in partial[:-1]:
        so_far += level.share / whole
        found.append((min(so_far, 1.0), level.worth))
    return (*found, (1.0, partial[-1].worth))


def mean_worth(levels: Sequence[Level]) -> float:
    """What a partial success is worth on average."""
    partial = [level for level in levels if level.is_partial]
    if len(partial) == 1:
        return partial[0].worth
    return sum(one.worth * one.share for one in partial) / sum(one.share for one in partial)


def levels_to_json(levels: Sequence[Level]) -> dict[str, object]:
    """What the JSON of a world says of its levels, as briefly as its first versions did."""
    if tuple(levels) == LEVELS:
        return {}
    if len(levels) == 1 and levels[0] == Level(levels[0].worth):
        return {"partial": levels[0].worth}
    return {"levels": [level.to_json() for level in levels]}
