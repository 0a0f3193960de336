"""The worlds of a loop over its visitors: one to begin with, and whatever it was changed to."""

from bisect import bisect_right
from dataclasses import dataclass, field

from engine.worlds.world import World


@dataclass(slots=True)
class Versions:
    """Which world each visitor came to.

    Attributes:
        worlds: in their order, the first at first.
        since: numbers of the first visitor of each, from 0; of two with the same, the later counts.
    """

    worlds: list[World]
    since: list[int] = field(default_factory=lambda: [0])

    def change(self, before: int, world: World) -> None:
        """The world is another, once so many visitors have come."""
        self.since.append(before)
        self.worlds.append(world)

    def keep(self, changes: int) -> None:
        """Forget all changes but the first so many."""
        del self.since[changes + 1 :], self.worlds[changes + 1 :]

    def at(self, number: int) -> World:
        """The world of the visitor with a number, from 0."""
        return self.worlds[bisect_right(self.since, number) - 1]

    @property
    def now(self) -> World:
        """That of whoever comes next."""
        return self.worlds[-1]
