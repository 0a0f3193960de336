"""All that a crowd would answer, whatever it is offered: the same for each contender.

Visitor number n of a seed is the one of `engine.simulation.crowd`, with the same luck for every
item (common random numbers). So contenders differ by what they choose, and by nothing else.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.simulation.crowd import nth_visitor
from engine.simulation.drift import Drift, drifting
from engine.worlds.world import World


@dataclass(frozen=True, eq=False)
class PotentialOutcomes:
    """A crowd of T visitors before K items.

    Attributes:
        cells: the cell of each visitor, (T,).
        rewards: what each would give for each item, (T, K).
        expected: the expected reward of each item for each of them, (T, K).
    """

    cells: NDArray[np.intp]
    rewards: Array
    expected: Array

    @cached_property
    def best(self) -> Array:
        """Expected reward of the best item for each visitor, (T,)."""
        result: Array = self.expected.max(axis=1)
        return result


@lru_cache(maxsize=2)
def potential_outcomes(
    world: World, visitors: int, seed: int, drift: Drift = "none"
) -> PotentialOutcomes:
    """The first visitors of a seed; kept, as several contenders meet them in turn."""
    crowd = [nth_visitor(world, seed, number) for number in range(visitors)]
    cells = np.array([world.cell(visitor.context) for visitor in crowd], dtype=np.intp)
    uniform = np.array([visitor.uniform for visitor in crowd])[:, None]
    outcomes = drifting(world, drift, visitors, seed).outcomes(cells)
    half, full = outcomes[:, :, 1], outcomes[:, :, 2]
    rewards = 0.5 * (uniform < full + half) + 0.5 * (uniform < full)
    return PotentialOutcomes(cells, rewards, outcomes @ np.array([0.0, 0.5, 1.0]))
