"""The trial of an A/B test on a crowd: mean rewards, the winner, and the contexts it is best in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.experiments.race.contender_players import UniformPlayer
from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import World

_EQUAL = 1e-12
"""Difference in expected reward below which items count as equal."""


@dataclass(frozen=True, slots=True, eq=False)
class ABTestResult:
    """Result of a test of K items.

    Attributes:
        means: mean reward of each item, (K,), NaN for an item never shown.
        shown: number of offers of each item, (K,).
    """

    means: Array
    shown: NDArray[np.int_]

    @property
    def winner(self) -> int:
        """Item with the highest mean reward, the first of equals."""
        return int(np.nanargmax(self.means))


def ab_test(world: World, seed: int, visitors: int) -> ABTestResult:
    """Show uniformly drawn items to the first visitors of a seed, as an A/B test in a race does."""
    outcomes = potential_outcomes(world, visitors, seed, "none")
    player = UniformPlayer(world, seed)
    places = [player.choose(number, int(cell)) for number, cell in enumerate(outcomes.cells)]
    items = np.array([choice.position for choice in places])
    shown = np.bincount(items, minlength=len(world.items))
    earned = outcomes.rewards[np.arange(visitors), items]
    sums = np.bincount(items, weights=earned, minlength=len(world.items))
    means = np.divide(sums, shown, out=np.full(len(sums), np.nan), where=shown > 0)
    return ABTestResult(np.asarray(means), shown)


def right_for(world: World, item: int, cells: Sequence[int]) -> NDArray[np.bool_]:
    """Cells in which no other item has a higher expected reward."""
    expected = world.expected_in(np.array(cells))
    return np.asarray(expected[:, item] >= expected.max(axis=1) - _EQUAL)
