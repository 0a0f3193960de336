"""What visitors give: the hidden truth of a place, what it is worth, and who answers what."""

from functools import cached_property

import numpy as np

from engine.arrays import Array
from engine.result_cache import RESULTS
from engine.worlds.levels import mean_worth, steps_of
from engine.worlds.place import Cells, Place
from engine.worlds.taste import Context, TasteWeights, WeightSums


class Rewards(Place):
    """A place whose truth can be asked: all of it where it is tabulated, else of some cells.

    A reward of 1 is a whole success with the item of the highest value, and others earn as much
    less as they are worth less: so whoever earns most reward earns most in the unit.
    """

    # -- what it is worth -------------------------------------------------------------

    @cached_property
    def most(self) -> float:
        """What a reward of 1 is worth in the unit: the highest value of an item."""
        return max(item.value for item in self.items)

    @cached_property
    def worth(self) -> Array:
        """The reward of a whole success with each item, (items,), above 0 and up to 1."""
        return np.array([item.value / self.most for item in self.items])

    @cached_property
    def partial(self) -> float:
        """What half a success is worth on average, as a part of a whole one."""
        return mean_worth(self.levels)

    @cached_property
    def _steps(self) -> tuple[tuple[float, float], ...]:
        return steps_of(self.levels)

    def in_unit(self, reward: float, visitors: float = 1_000) -> float:
        """What a mean reward brings of so many visitors, in the unit."""
        return reward * self.most * visitors

    # -- what happens -----------------------------------------------------------------

    def answer(self, context: Context, action_id: str, uniform: float) -> float:
        """Reward of an item, 0, 1 or what a level is worth, times its `worth`, by a uniform variate
        on [0, 1), the lower the better. With the same variate, an item that is at least as likely
        to succeed, to succeed by half, and is worth as much, never earns less."""
        place = self.position(action_id)
        _, half, full = self.outcomes_in(self.cell(context))[place]
        success = 1.0 if uniform < full else 0.0
        if uniform >= full:
            worths = (worth for part, worth in self._steps if uniform < full + half * part)
            success = next(worths, 0.0)
        return success * float(self.worth[place])

    def rewards(self, outcomes: Array, uniform: Array) -> Array:
        """The same of many, (n, items), by their chances, (n, items, 3), and variates, (n, 1)."""
        half, full = outcomes[..., 1], outcomes[..., 2]
        success = np.zeros(full.shape)
        for part, worth in reversed(self._steps):
            success[uniform < full + half * part] = worth
        success[uniform < full] = 1.0
        return success * self.worth

    # -- the hidden truth -------------------------------------------------------------

    def outcomes_in(self, cells: int | Cells) -> Array:
        """Chances of no success, half of one and a whole one in a cell, (items, 3), or in some,
        (n, items, 3)."""
        if self.is_tabulated:
            return np.asarray(self.outcomes[cells])
        found = self._outcomes(np.atleast_1d(cells))
        return np.asarray(found[0] if np.ndim(cells) == 0 else found)

    def expected_in(self, cells: int | Cells) -> Array:
        """Expected reward of every item in a cell, (items,), or in some, (n, items), 0 to 1."""
        if self.is_tabulated:
            return np.asarray(self.expected[cells])
        return self.earned(self.outcomes_in(cells))

    def earned(self, outcomes: Array) -> Array:
        """Expected rewards, (..., items), of such chances, (..., items, 3)."""
        return np.asarray(outcomes @ np.array([0.0, self.partial, 1.0]) * self.worth)

    def _outcomes(self, cells: Cells) -> Array:
        if self._sums is not None:
            sizes = [len(field.values) for field in self.fields]
            return self._sums.outcomes(np.array(np.unravel_index(cells, sizes)).T)
        contexts = [self.contexts[cell] for cell in cells]
        tastes = [[self.taste(context, item) for item in self.items] for context in contexts]
        return np.array([[(1 - t.half - t.full, t.half, t.full) for t in row] for row in tastes])

    @property
    def _sums(self) -> WeightSums | None:
        """Its weights, for many cells at once; None if its truth is none."""
        weights = self.taste
        if not isinstance(weights, TasteWeights):
            return None
        values = {name: [*places] for name, places in self._places.items()}
        return RESULTS.get(
            (self.token, "sums"),
            lambda: WeightSums(weights, values, self.items),
            lambda sums: sums.bytes,
        )

    @property
    def outcomes(self) -> Array:
        """Chances of no success, half of one and a whole one: (cells, items, 3); of a tabulated
        world only."""
        self._check_tabulated()
        return RESULTS.get(
            (self.token, "outcomes"), lambda: self._outcomes(np.arange(self.size)), _bytes_of
        )

    @property
    def expected(self) -> Array:
        """Expected reward of every item in every cell, (cells, items), 0 to 1; likewise."""
        return RESULTS.get((self.token, "expected"), lambda: self.earned(self.outcomes), _bytes_of)


def _bytes_of(array: Array) -> int:
    return array.nbytes
