"""Rewards of a world: the hidden truth, its value, and visitors' answers."""

from functools import cached_property

import numpy as np

from engine.arrays import Array
from engine.result_cache import RESULTS
from engine.worlds.success_levels import mean_worth, steps_of
from engine.worlds.taste import Context, TasteWeights, VectorisedWeights
from engine.worlds.world_contents import Cells, Place


class Rewards(Place):
    """A place with its truth: tabulated for every cell, or computed for requested cells.

    A reward of 1 is a full success with the item of the highest value; other items earn in
    proportion to their values. So the highest mean reward is also the highest mean value in the
    unit.
    """

    # -- values -----------------------------------------------------------------------

    @cached_property
    def most(self) -> float:
        """Value of a reward of 1 in the unit: the highest value of an item."""
        return max(item.value for item in self.items)

    @cached_property
    def worth(self) -> Array:
        """Reward of a full success with each item, (items,), from 0 to 1."""
        return np.array([item.value / self.most for item in self.items])

    @cached_property
    def partial(self) -> float:
        """Mean worth of a partial success, relative to a full one."""
        return mean_worth(self.levels)

    @cached_property
    def _steps(self) -> tuple[tuple[float, float], ...]:
        return steps_of(self.levels)

    def in_unit(self, reward: float, visitors: float = 1_000) -> float:
        """Total value of a mean reward over so many visitors, in the unit."""
        return reward * self.most * visitors

    @cached_property
    def reward_size(self) -> float:
        """Mean reward of the best item in up to 64 evenly spaced cells: the size of rewards."""
        cells = np.linspace(0, self.size - 1, min(self.size, 64)).astype(np.intp)
        return float(self.expected_in(cells).max(axis=1).mean())

    # -- answers ----------------------------------------------------------------------

    def answer(self, context: Context, action_id: str, uniform: float) -> float:
        """Reward of an item: 0, 1 or the worth of a level, times its `worth`, from a uniform
        variate on [0, 1); lower variates are better. For the same variate, an item with at least
        the same chances and worth never earns less."""
        position = self.position(action_id)
        _, half, full = self.outcomes_in(self.cell(context))[position]
        success = 1.0 if uniform < full else 0.0
        if uniform >= full:
            worths = (worth for part, worth in self._steps if uniform < full + half * part)
            success = next(worths, 0.0)
        return success * float(self.worth[position])

    def rewards(self, outcomes: Array, uniform: Array) -> Array:
        """Vectorised `answer`: (n, items) from chances, (n, items, 3), and variates, (n, 1)."""
        half, full = outcomes[..., 1], outcomes[..., 2]
        success = np.zeros(full.shape)
        for part, worth in reversed(self._steps):
            success[uniform < full + half * part] = worth
        success[uniform < full] = 1.0
        return success * self.worth

    # -- the hidden truth -------------------------------------------------------------

    def outcomes_in(self, cells: int | Cells) -> Array:
        """Chances of no success, a partial and a full one in one cell, (items, 3), or in several,
        (n, items, 3)."""
        if self.is_tabulated:
            return np.asarray(self.outcomes[cells])
        chances = self._outcomes(np.atleast_1d(cells))
        return np.asarray(chances[0] if np.ndim(cells) == 0 else chances)

    def expected_in(self, cells: int | Cells) -> Array:
        """Expected reward of every item in one cell, (items,), or in several, (n, items), 0 to
        1."""
        if self.is_tabulated:
            return np.asarray(self.expected[cells])
        return self.earned(self.outcomes_in(cells))

    def earned(self, outcomes: Array) -> Array:
        """Expected rewards, (..., items), of chances, (..., items, 3)."""
        return np.asarray(outcomes @ np.array([0.0, self.partial, 1.0]) * self.worth)

    def _outcomes(self, cells: Cells) -> Array:
        if self._sums is not None:
            sizes = [len(field.values) for field in self.fields]
            return self._sums.outcomes(np.array(np.unravel_index(cells, sizes)).T)
        contexts = [self.contexts[cell] for cell in cells]
        tastes = [[self.taste(context, item) for item in self.items] for context in contexts]
        return np.array([[(1 - t.half - t.full, t.half, t.full) for t in row] for row in tastes])

    @property
    def _sums(self) -> VectorisedWeights | None:
        """Vectorised weights of the truth; None for a truth of another kind."""
        weights = self.taste
        if not isinstance(weights, TasteWeights):
            return None
        values = {name: [*positions] for name, positions in self._positions.items()}
        return RESULTS.get(
            (self.token, "sums"),
            lambda: VectorisedWeights(weights, values, self.items),
            lambda sums: sums.bytes,
        )

    @property
    def outcomes(self) -> Array:
        """Chances of no success, a partial and a full one, (cells, items, 3); tabulated worlds
        only."""
        self._check_tabulated()
        return RESULTS.get(
            (self.token, "outcomes"), lambda: self._outcomes(np.arange(self.size)), _bytes_of
        )

    @property
    def expected(self) -> Array:
        """Expected reward of every item in every cell, (cells, items), 0 to 1; tabulated worlds
        only."""
        return RESULTS.get((self.token, "expected"), lambda: self.earned(self.outcomes), _bytes_of)


def _bytes_of(array: Array) -> int:
    return array.nbytes
