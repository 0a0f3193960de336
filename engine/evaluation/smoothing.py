"""Mean rewards by group and action, drawn towards what larger groups foretell.

From coarse to fine (an action; with the value of one field; of two; in one cell) each mean is
drawn towards what the coarser ones say, as far as chance alone explains what it differs by
(empirical Bayes: the spread of the true means is estimated by moments).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from engine.arrays import Array
from engine.evaluation.logged import Codes, Logged

_SWEEPS = 3
_AS_ANY = 10
"""Events that are taken to differ as much as all do, beside what those of one group and action
differ by: where each is alone in its own, nothing else tells."""
_HIDDEN = 0.5
"""Of the spread of true means that chance could hide, as much as is believed to be there."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Events by group and action, (G, K) each.

    Attributes:
        weight, squares, earned: sums of weights, of their squares, and of weighed rewards.
        spread: how much one reward differs from the mean of its group and action, squared, where
            each action counts as if all were shown alike: what is seldom shown may differ more.
    """

    weight: Array
    squares: Array
    earned: Array
    spread: float

    @classmethod
    def of(cls, log: Logged, groups: Codes, count: int) -> "Sums":
        """All events of a log in groups."""
        k = len(log.actions)
        cells = groups * k + log.shown

        def summed(values: Array) -> Array:
            found = np.bincount(cells, weights=values, minlength=count * k)
            return found.reshape(count, k).astype(float)

        weight, reward = log.weight, log.reward
        told = cls(summed(weight), summed(weight**2), summed(weight * reward), 0.0)
        came = summed(np.ones(len(reward))).ravel()
        free = len(reward) - (came > 0).sum()
        anywhere = np.average((reward - np.average(reward, weights=weight)) ** 2, weights=weight)
        several = came[cells] > 1
        weight, reward, cells = weight[several], reward[several], cells[several]
        off = (reward - told.mean.ravel()[cells]) ** 2 * came[cells] / (came[cells] - 1)
        within = np.average(off, weights=weight) if several.any() else 0.0
        spread = float((free * within + _AS_ANY * anywhere) / (free + _AS_ANY))
        return replace(told, spread=spread)

    def over(self, groups: Codes, count: int) -> "Sums":
        """The same in larger groups: to which each of these belongs, (G,)."""

        def summed(values: Array) -> Array:
            found = np.zeros((count, values.shape[1]))
            np.add.at(found, groups, values)
            return found

        return Sums(summed(self.weight), summed(self.squares), summed(self.earned), self.spread)

    @property
    def mean(self) -> Array:
        """Mean reward; 0 where there is no event."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.earned, self.weight, out=none, where=self.weight > 0)

    @property
    def events(self) -> Array:
        """How many events of equal weight tell as much."""
        none = np.zeros(self.weight.shape)
        return np.divide(self.weight**2, self.squares, out=none, where=self.squares > 0)

    def shrunk(self, expected: Array) -> tuple[Array, Array]:
        """By how much means differ from what was expected, as far as that is no chance; and how
        uncertain that is, squared."""
        events, off = self.events, self.mean - expected
        noise = max(self.spread, 1e-9)
        known = events > 0
        between = (events * off**2)[known].sum() - noise * known.sum()
        hidden = noise * math.sqrt(2 * known.sum()) / events.sum()
        variance = max(between / events.sum(), _HIDDEN * hidden)
        share = events / (events + noise / variance)
        return share * off, variance * (1 - share)


def smoothed(sums: Sums, sizes: Sequence[int]) -> tuple[Array, Array]:
    """Expected rewards, (cells, K), from coarse to fine, and how uncertain they are, squared."""
    cells = np.arange(math.prod(sizes))
    places = np.unravel_index(cells, sizes) if sizes else ()
    everything = sums.over(np.zeros(len(cells), dtype=np.intp), 1)
    overall = float(everything.earned.sum() / everything.weight.sum())
    off, doubt = everything.shrunk(np.full((1, sums.weight.shape[1]), overall))
    expected = np.broadcast_to(overall + off, sums.weight.shape).copy()
    variance = np.broadcast_to(doubt, expected.shape).copy()
    for order in range(1, min(2, len(sizes) - 1) + 1):
        every = list(combinations(range(len(sizes)), order))
        adds = {fields: np.zeros(expected.shape) for fields in every}
        doubts = dict(adds)
        for _ in range(_SWEEPS):
            for fields in every:
                expected -= adds[fields]
                some = tuple(sizes[at] for at in fields)
                groups = np.ravel_multi_index(tuple(places[at] for at in fields), some)
                off, doubt = _against(sums, expected, groups, math.prod(some))
                adds[fields], doubts[fields] = off[groups], doubt[groups]
                expected += adds[fields]
        variance += np.sum([*doubts.values()], axis=0)
    off, doubt = sums.shrunk(expected)
    return np.clip(expected + off, 0, 1), variance + doubt


def _against(sums: Sums, expected: Array, groups: Codes, count: int) -> tuple[Array, Array]:
    """What larger groups add to what was expected, and how uncertain that is, (count, K) each."""
    rest = Sums(sums.weight, sums.squares, sums.earned - sums.weight * expected, sums.spread)
    larger = rest.over(groups, count)
    return larger.shrunk(np.zeros(larger.weight.shape))
