"""Successive worlds of a loop over its visitors."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from engine.arrays import Array
from engine.worlds.world import World


@dataclass(frozen=True, slots=True)
class WorldChange:
    """Difference between two successive worlds.

    Attributes:
        visitors: number of visitors before it.
        added, removed: names of actions.
        prices: name, former and present price of each action with another price.
    """

    visitors: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    prices: tuple[tuple[str, float, float], ...]


@dataclass(slots=True)
class Versions:
    """World of each visitor.

    Attributes:
        worlds: in their order.
        since: number of the first visitor of each world, from 0; of equal numbers the last counts.
    """

    worlds: list[World]
    since: list[int] = field(default_factory=lambda: [0])

    def change(self, before: int, world: World) -> None:
        """Change the world after so many visitors."""
        self.since.append(before)
        self.worlds.append(world)

    def keep(self, changes: int) -> None:
        """Keep the first so many changes only."""
        del self.since[changes + 1 :], self.worlds[changes + 1 :]

    def at(self, number: int) -> World:
        """World of the visitor with a number, from 0."""
        return self.worlds[bisect_right(self.since, number) - 1]

    @property
    def changes(self) -> list[WorldChange]:
        """Changes between visitors, in their order; of changes without a visitor in between, the
        sum."""
        numbers = sorted({*self.since})
        worlds = [self.at(number) for number in numbers]
        return [
            _change(number, *pair)
            for number, pair in zip(numbers[1:], pairwise(worlds), strict=True)
        ]

    @property
    def now(self) -> World:
        """World of the next visitor."""
        return self.worlds[-1]

    @property
    def most(self) -> float:
        """Worth of the largest reward of any time, in rewards of the present world."""
        return max(world.most for world in self.worlds) / self.now.most

    def worth(self, numbers: Array) -> Array:
        """Worth of a reward of 1 to the visitors with these numbers, in rewards of the present
        world: a reward is a part of the highest price of its time."""
        most = np.array([world.most for world in self.worlds]) / self.now.most
        return most[np.searchsorted(self.since, numbers, side="right") - 1]


def _change(visitors: int, former: World, present: World) -> WorldChange:
    was, now = ({item.id: item for item in world.items} for world in (former, present))
    return WorldChange(
        visitors,
        tuple(now[one].name for one in now if one not in was),
        tuple(was[one].name for one in was if one not in now),
        tuple(
            (now[one].name, was[one].value, now[one].value)
            for one in now
            if one in was and was[one].value != now[one].value
        ),
    )
