"""Levels of success: full, partial of several levels, none.

A `Taste` gives the chances of a partial and of a full success. The distribution of partial levels
is equal for all items and contexts: each level has a probability proportional to its share. So an
expected reward e with the chance f of a full success leaves p = (e - f) / m for partial successes,
with m their mean worth by share; and a level with the share s of the sum S has the chance p * s /
S.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HALF = 0.5
"""Default worth of a partial success, relative to a full one."""
MAX_LEVELS = 7
"""Number of buttons with room on the screen: five partial levels, full success, and none."""
MAX_LEVEL_NAME = 20
MAX_SHARE = 1e6


@dataclass(frozen=True, slots=True)
class Level:
    """Level of success.

    Attributes:
        worth: relative to a full success: 1 for a full one, 0 for none, else partial.
        name: label; may be empty.
        share: frequency relative to the other partial levels; ignored for worths of 1 and 0.
    """

    worth: float
    name: str = ""
    share: float = 1.0

    @property
    def is_partial(self) -> bool:
        """True for a worth between 0 and 1."""
        return 0 < self.worth < 1

    def to_json(self) -> dict[str, object]:
        """The level in the JSON of a world."""
        entry: dict[str, object] = {"worth": self.worth}
        entry |= {"name": self.name} if self.name else {}
        return entry | ({"share": self.share} if self.share != 1 else {})


LEVELS = (Level(HALF),)
"""Default levels of a world."""


def answers_of(levels: Sequence[Level]) -> tuple[Level, ...]:
    """Possible answers of a visitor in descending worth: full success, partial levels, none."""
    by_worth = {level.worth: level for level in (Level(1.0), Level(0.0), *levels)}
    return tuple(sorted(by_worth.values(), key=lambda level: -level.worth))


def steps_of(levels: Sequence[Level]) -> tuple[tuple[float, float], ...]:
    """Cumulative shares of the partial levels in descending worth, each with the level's worth."""
    partial = [level for level in answers_of(levels) if level.is_partial]
    whole, so_far, steps = sum(level.share for level in partial), 0.0, []
    for level in partial[:-1]:
        so_far += level.share / whole
        steps.append((min(so_far, 1.0), level.worth))
    return (*steps, (1.0, partial[-1].worth))


def mean_worth(levels: Sequence[Level]) -> float:
    """Mean worth of a partial success."""
    partial = [level for level in levels if level.is_partial]
    if len(partial) == 1:
        return partial[0].worth
    return sum(level.worth * level.share for level in partial) / sum(
        level.share for level in partial
    )


def levels_to_json(levels: Sequence[Level]) -> dict[str, object]:
    """Levels in the JSON of a world, in the shortest form that holds them."""
    if tuple(levels) == LEVELS:
        return {}
    if len(levels) == 1 and levels[0] == Level(levels[0].worth):
        return {"partial": levels[0].worth}
    return {"levels": [level.to_json() for level in levels]}
