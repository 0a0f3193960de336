"""Tastes that change while visitors come, in any world.

A cell whose tastes change hands each item's taste on to another one, so what can be earned
there stays the same and what was learned about it is wrong.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.streams import stream
from engine.worlds.world import World

Drift = Literal["none", "halfway", "slow"]
"""Never; all cells at once after half of the visitors; one cell after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """The truth of a world over the visitors.

    Attributes:
        before, after: chances of the rewards 0, 1/2 and 1, (cells, items, 3).
        since: number of the first visitor who has the tastes after the change, (cells,).
    """

    before: Array
    after: Array
    since: NDArray[np.intp]

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """The chances for visitors 0, 1, ... who stand in these cells, (visitors, items, 3)."""
        changed = np.arange(len(cells)) >= self.since[cells]
        return np.where(changed[:, None, None], self.after[cells], self.before[cells])


def drifting(world: World, drift: Drift, visitors: int, seed: int) -> Tastes:
    """The truth of a world for a crowd of so many visitors; which tastes move, the seed says."""
    rng = stream(seed, "drift")
    before, cells = world.outcomes, len(world.outcomes)
    after = np.stack([row[_cycle(len(row), rng)] for row in before])
    since = np.full(cells, visitors, dtype=np.intp)
    if drift == "halfway":
        since[:] = visitors // 2
    elif drift == "slow":
        since[rng.permutation(cells)] = (np.arange(1, cells + 1) * visitors) // (cells + 1)
    return Tastes(before, after, since)


def _cycle(size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """A permutation that is one circle: nobody keeps their place."""
    order = rng.permutation(size)
    handed = np.empty(size, dtype=np.intp)
    handed[order] = np.roll(order, 1)
    return handed
