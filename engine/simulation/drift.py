"""Tastes that change while visitors come, in any world.

A cell whose tastes change hands each item's taste on to another one, so what can be earned
there stays the same and what was learned about it is wrong.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.streams import stream
from engine.worlds.world import World

Drift = Literal["none", "halfway", "slow"]
"""Never; all cells at once after half of the visitors; one cell after the other."""


class Truth(Protocol):
    """The truth of a world over the visitors."""

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """The chances for visitors 0, 1, ... who stand in these cells, (visitors, items, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """The truth of a tabulated world.

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


@dataclass(frozen=True, slots=True, eq=False)
class LargeTastes:
    """The truth of a world that is never tabulated: what changes in a cell is drawn when somebody
    comes from there, from the seed and the cell alone."""

    world: World
    drift: Drift
    visitors: int
    seed: int

    def outcomes(self, cells: NDArray[np.intp]) -> Array:
        """The chances for visitors 0, 1, ... who stand in these cells, (visitors, items, 3)."""
        found = self.world.outcomes_in(cells)
        if self.drift == "none":
            return found
        for number, cell in enumerate(cells.tolist()):
            rng = stream(self.seed, "drift", cell)
            since = self.visitors // 2 if self.drift == "halfway" else rng.random() * self.visitors
            if number >= since:
                found[number] = found[number, _cycle(found.shape[1], rng)]
        return found


def truth_over(world: World, drift: Drift, visitors: int, seed: int) -> Truth:
    """The truth of a world for a crowd of so many visitors; which tastes move, the seed says."""
    if not world.is_tabulated:
        return LargeTastes(world, drift, visitors, seed)
    return drifting(world, drift, visitors, seed)


def drifting(world: World, drift: Drift, visitors: int, seed: int) -> Tastes:
    """The same of a tabulated world, all cells at once."""
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
