"""An A/B test before a crowd: what each item earned in it, who won, and for whom that is right."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.experiments.race.players import UniformPlayer
from engine.simulation.crowd import potential_outcomes
from engine.worlds import World

_EQUAL = 1e-12
"""What earns less than the best by no more than this is as good."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What came of a test of K items.

    Attributes:
        means: mean reward of each item among those who were shown it, (K,), NaN for nobody.
        shown: to how many that was, (K,).
    """

    means: Array
    shown: NDArray[np.int_]

    @property
    def winner(self) -> int:
        """The item that earned most, the first of equals."""
        return int(np.nanargmax(self.means))


def trial(world: World, seed: int, visitors: int) -> Trial:
    """Show any item to the first visitors of a crowd, as an A/B test in a race does."""
    outcomes = potential_outcomes(world, visitors, seed, "none")
    player = UniformPlayer(world, seed)
    places = [player.choose(number, int(cell)) for number, cell in enumerate(outcomes.cells)]
    items = np.array([choice.position for choice in places])
    shown = np.bincount(items, minlength=len(world.items))
    earned = outcomes.rewards[np.arange(visitors), items]
    sums = np.bincount(items, weights=earned, minlength=len(world.items))
    means = np.divide(sums, shown, out=np.full(len(sums), np.nan), where=shown > 0)
    return Trial(np.asarray(means), shown)


def right_for(world: World, item: int, cells: Sequence[int]) -> NDArray[np.bool_]:
    """In which of some cells no other item earns more."""
    expected = world.expected_in(np.array(cells))
    return np.asarray(expected[:, item] >= expected.max(axis=1) - _EQUAL)
