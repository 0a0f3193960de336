"""Which context fields matter: a table of cells for every subset of fields, weighed by evidence.

A *cell* is what some fields say together: "Alice" of one field, "Alice, rainy" of two. For each
subset of the context's fields, the reward of each action is believed to be its own in every cell
and to owe nothing else to the context. The evidence of a subset is the product of the densities
with which its cells expected each reward (Bayesian model averaging over subsets, as over trees in
Chipman, George & McCulloch, *JASA* 93, 1998), so the few fields that matter are found among dozens.

All scales are learned: in units of the variance V of all rewards, a cell's expected reward is
N(m_a, V/2) around the action's mean m_a over the cells, and the noise v of a subset is what its
cells leave unexplained. So a cell after n rewards with sum s has

    (15)  mean (s + k m_a) / (n + k),    k = 2 v / V,
          variance v / (n + k) + (k / (n + k))^2 V / (2 c_a):

where a subset explains everything, one reward decides; where rewards are rare, many must agree.
A cell counts for m_a by as much as is known of it, however often it was met: an action is shown
most where it earns most. Where rewards are noisy that is n / (n + 2): a cell in which an action was
given up after one or two had bad luck, too. Where a subset explains everything, one reward says
all, and such cells count as those in which the action did well. So it is u n / (n + 2) + 1 - u with
u = 3 v / 2 V_0, 1 at most, V_0 the variance of the first rewards that a table learned: after one
reward 1 - v / V_0, its share that is no noise, or a third. A loop's own table learned them before
choices were good, one that came later when they were as good as they were then. c_a is the sum of
that, and 1 for the mean of everything.
Numbers of equations as in ``engine/README.md``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, repeat

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.base import Group
from engine.learners.bayesian.likelihood import (
    COIN,
    Observation,
    RewardMoments,
    densities,
    log_density,
)
from engine.learners.bayesian.number_scales import Scales
from engine.learners.learned_state import BoundedCache, Learned
from engine.protocol.features import Features
from engine.protocol.request import Action

Indices = NDArray[np.intp]

MAX_SUBSETS = 400
"""Largest number of subsets of fields; the subsets of k fields are used if they all fit."""
MAX_ACTIONS = 200
"""Largest number of actions; further ones count as new."""
_BITS = 12
MAX_VALUES = 2**_BITS - 2
"""Largest number of values of one field; further ones count as one value."""
MAX_ROWS = 20_000
"""Largest number of cells of all subsets; further ones are not learned."""
_SHRUNK = np.array([[2.0], [0.0]])
"""Addends to n for cells counted n / (n + 2), and for cells counted 1."""
FIXED_SHARE = 1e-12
"""Share of the weights spread evenly after each reward, as in (9). It is so small that subsets
without evidence recover late, and a change of tastes is found before it is taken for noise."""


class CellIndex(Learned):
    """Table rows of the cells of all subsets of up to ``crosses`` context fields, and table columns
    of actions. Row 0 and column 0 stand for cells and actions without a reward."""

    STATE = ("fields", "scales", "crosses", "_values", "_rows", "_columns")
    _kept = cached_property(lambda _: BoundedCache[Features, Indices]())
    _known_texts = cached_property(lambda _: BoundedCache[Features, tuple[str | None, ...]]())
    _known_columns = cached_property(lambda _: BoundedCache[tuple[Action, ...], Indices]())

    def __init__(self, fields: Sequence[str], scales: Scales, crosses: int) -> None:
        self.fields = tuple(fields)
        self.scales, self.crosses = scales, crosses
        self._values: list[dict[str, int]] = [{} for _ in self.fields]
        self._rows: dict[int, int] = {}
        self._columns: dict[str, int] = {}

    @cached_property
    def subsets(self) -> tuple[tuple[int, ...], ...]:
        """Subsets as positions of fields, smallest first."""
        subsets: list[tuple[int, ...]] = []
        for size in range(min(self.crosses, len(self.fields)) + 1):
            if len(subsets) + math.comb(len(self.fields), size) > MAX_SUBSETS:
                break
            subsets += combinations(range(len(self.fields)), size)
        return tuple(subsets)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Number of fields of each subset."""
        return tuple(map(len, self.subsets))

    @cached_property
    def _radix(self) -> NDArray[np.int64]:
        """Factors from values of fields to keys of cells, (S, F)."""
        radix = np.zeros((len(self.subsets), len(self.fields)), dtype=np.int64)
        for row, subset in enumerate(self.subsets):
            for place, position in enumerate(subset):
                radix[row, position] = 1 << (_BITS * place)
        return radix

    @cached_property
    def prior(self) -> Array:
        """Prior weights of the subsets, (S,): equal by size, then equal within a size."""
        many = np.bincount(self.sizes)
        return np.asarray(1.0 / (many[[*self.sizes]] * len(many)))

    def rows(self, context: Features) -> Indices:
        """Row of the context's cell in each subset, (S,)."""
        if context not in self._kept:
            self._kept[context] = self._rows_of(self._keys(context))
        return self._kept[context]

    def _rows_of(self, keys: list[int]) -> Indices:
        return np.array([*map(self._rows.get, keys, repeat(0))], dtype=np.intp)

    def place(self, context: Features, action: Action) -> tuple[Indices, int]:
        """Rows (S,) and column of an action in a context; created if new."""
        if action.id not in self._columns and len(self._columns) < MAX_ACTIONS:
            self._columns[action.id] = len(self._columns) + 1
            self._known_columns.clear()
        rows = self.rows(context)
        if not np.minimum.reduce(rows):
            self._kept.clear()
            for known, text in zip(self._values, self._texts(context), strict=True):
                if text is not None and len(known) < MAX_VALUES:
                    known.setdefault(text, len(known) + 2)
            keys = self._keys(context)
            for key in [key for key in keys if key not in self._rows]:
                if len(self._rows) < MAX_ROWS:
                    self._rows[key] = len(self._rows) + 1
            rows = self._kept[context] = self._rows_of(keys)
        return rows, self._columns.get(action.id, 0)

    def group(self, subset: int) -> Group:
        """Context fields of a subset."""
        return Group(tuple(sorted(self.fields[position] for position in self.subsets[subset])))

    def columns(self, actions: tuple[Action, ...]) -> Indices:
        """Column of each action, (K,)."""
        if actions not in self._known_columns:
            columns = [self._columns.get(action.id, 0) for action in actions]
            self._known_columns[actions] = np.array(columns, dtype=np.intp)
        return self._known_columns[actions]

    def _keys(self, context: Features) -> list[int]:
        """Key of the context's cell in each subset, from a code for each field: 0 if missing, 1 if
        new."""
        pairs = zip(self._values, self._texts(context), strict=True)
        codes = [0 if value is None else known.get(value, 1) for known, value in pairs]
        places = np.arange(len(self.subsets))
        keys = (self._radix @ np.array(codes, dtype=np.int64)) * len(self.subsets) + places
        listed: list[int] = keys.tolist()
        return listed

    def _texts(self, context: Features) -> tuple[str | None, ...]:
        """Value of each field; None if missing, or for a number without a scale."""
        if context not in self._known_texts:
            texts: dict[str, str] = {}
            for column, name in context.fields.items():
                if name not in context.numbers:
                    texts[name] = texts.get(name, "") + column
            for name, number in context.numbers.items():
                if name in self.scales.of:
                    texts[name] = str(self.scales.of[name].bin(number))
            self._known_texts[context] = tuple(map(texts.get, self.fields))
        return self._known_texts[context]


@dataclass(eq=False, slots=True)
class Tables(Learned):
    """Rewards in the cells of all subsets of context fields.

    Attributes:
        crosses: see `CellIndex`.
        rewards: summary of all rewards.
        posterior: weights of the subsets, (S,); empty before the first reward.
        cells: number and sum of the rewards of each action in each row, (2, R, A), with room. The
            last row and column stay empty: indices beyond the table are clipped to them.
        actions: sums for m_a of (15), by subset: weights of cells, and weighted means; for noisy
            rewards (u = 1), and for explained ones (u = 0); (A, 2, 2, S), with room; the last
            action stays empty, too.
        unexplained: sums of squared errors and of their weights, by subset, (2, S).
    """

    crosses: int
    rewards: RewardMoments = field(default_factory=RewardMoments)
    posterior: Array = field(default_factory=lambda: np.zeros(0))
    cells: Array = field(default_factory=lambda: np.zeros((2, 16, 4)))
    actions: Array = field(default_factory=lambda: np.zeros((4, 2, 2, 0)))
    unexplained: Array = field(default_factory=lambda: np.zeros((2, 0)))

    @property
    def count(self) -> int:
        """Number of rewards learned."""
        return self.rewards.count

    def weights(self, cells: CellIndex) -> Array:
        """Weights of the subsets, (S,), sum to 1."""
        return self.posterior if self.count else cells.prior

    def moments(self, rows: Indices, columns: Indices, subsets: Indices) -> tuple[Array, Array]:
        """Means and variances (15) of K actions in T cells of some subsets, (T, K)."""
        known, noise = self._known(rows, columns), self._noise(subsets)[:, None]
        return self._believed(known, self._means_of(subsets, columns, noise), noise)

    def means(self, subsets: Indices, columns: Indices) -> tuple[Array, Array]:
        """m of (15), the mean of each action over the cells of some subsets, and the number of
        cells it rests on, both (T, K); the mean of everything counts as one."""
        return self._means_of(subsets, columns, self._noise(subsets)[:, None])

    def _means_of(self, subsets: Indices, columns: Indices, noise: Array) -> tuple[Array, Array]:
        """`means` by the noise v of the subsets, (T, 1)."""
        if not self.count:
            shape = len(subsets), len(columns)
            return np.full(shape, self.rewards.mean), np.ones(shape)
        sums = self.actions.take(columns, axis=0, mode="clip").take(subsets, axis=3)
        return self._means(sums.transpose(1, 2, 3, 0), noise)

    def _means(self, sums: Array, noise: Array) -> tuple[Array, Array]:
        """`means` from sums `actions`, (2, 2, ...), by the noise v of their subsets."""
        noisy, certain = sums
        part = np.minimum(1.5 / (self.rewards.unit * COIN) * noise, 1.0)
        known, total = certain + part * (noisy - certain)
        known += 1
        return (total + self.rewards.mean) / known, known

    def deviations(self, rows: Indices, columns: Indices, subsets: Indices) -> tuple[Array, Array]:
        """Deviations of cells (15) from the actions' means; shapes as in `moments`."""
        noise = self._noise(subsets)[:, None]
        mean, worth = self._means_of(subsets, columns, noise)
        n, s = self._known(rows, columns)
        k = 2 * noise / self.rewards.variance
        part = n / (n + k)  # What m_a is wrong by, a cell makes up for as far as it is known.
        doubt = part * part * self.rewards.variance / (2 * worth)
        return (s - n * mean) / (n + k), noise / (n + k) + doubt

    def doubts(self, subsets: Indices, columns: Indices) -> Array:
        """Variances of the actions' means, m of (15), (T, K)."""
        return self.rewards.variance / (2 * self.means(subsets, columns)[1])

    def _believed(
        self, known: Array, means: tuple[Array, Array], noise: Array
    ) -> tuple[Array, Array]:
        """Means and variances (15) from sums of cells, sums of actions, and the noise v."""
        (n, s), (mean, worth) = known, means
        half = self.rewards.variance / 2
        k = noise / half
        met = n + k
        part = k / met
        return (s + k * mean) / met, noise / met + part * part * half / worth  # (15)

    def expected_first(self, seen: Observation) -> float:
        """Log density of a first reward under the prior."""
        scale = seen.price if seen.binary else 1.0
        variance = self.rewards.variance
        reward, mean = seen.reward / scale, self.rewards.mean / scale
        # As `Observation.in_prices`, for a single number.
        noise = min(variance / seen.price**2, 4 * seen.usual) if seen.binary else variance
        return log_density(reward, mean, noise, variance, seen.binary)

    def learn(self, cells: CellIndex, rows: Indices, column: int, seen: Observation) -> float:
        """Learn a reward; return its predictive log density."""
        if not self.count:
            self.posterior = cells.prior
            self.unexplained = np.zeros((2, len(rows)))
        self.actions = with_room(self.actions, (column + 2, 2, 2, len(rows)))
        if column:
            self.cells = with_room(self.cells, (2, max(rows.tolist()) + 2, column + 2))
        squares, counts = self.unexplained
        noise = (squares + self.rewards.variance) / (counts + 1.0)
        known = self.cells[:, rows if column else 0 * rows, column]
        own = self._means(self.actions[column], noise)
        mean, doubts = self._believed(known, own, noise)
        scale = seen.price if seen.binary else 1.0
        reward, means, noise_in_prices = seen.reward / scale, mean / scale, seen.in_prices(noise)
        likely, top = densities(reward, means, noise_in_prices, doubts, seen.binary)
        self.posterior, total = reweighed(self.posterior, likely)
        self._add(rows, column, seen.reward, mean, known)
        return top + math.log(total)

    def _add(self, rows: Indices, column: int, reward: float, mean: Array, known: Array) -> None:
        before = known[0]
        part = before / (before + 1)  # The error of a cell's first reward says little about noise.
        squares, counts = self.unexplained
        squares += part * (reward - mean) ** 2
        counts += part
        if column:
            cells, sums = self.cells[..., column], self.actions[column]
            after = known + np.array([[1.0], [reward]])
            cells[:, rows] = after
            cells[:, 0] = 0.0
            new, old = after[0] + _SHRUNK, np.maximum(before + _SHRUNK, 1)
            sums += after / new[:, None] - known / old[:, None]
        self.rewards.add(reward)

    def _known(self, rows: Indices, columns: Indices) -> Array:
        """Numbers and sums in cells, (2, T, K); zero for new rows and actions."""
        return self.cells.take(rows, axis=1, mode="clip").take(columns, axis=2, mode="clip")

    def _noise(self, subsets: Indices) -> Array:
        """v of (15), by subset; V counts as one reward."""
        if not self.count:
            return np.full(len(subsets), self.rewards.variance)
        squares, weights = self.unexplained.take(subsets, axis=1)
        return np.asarray((squares + self.rewards.variance) / (weights + 1.0))


def reweighed(weights: Array, likely: Array) -> tuple[Array, float]:
    """Apply (8) and (9) to weights (S,), by densities of a reward, (S,); return the new weights,
    and the density of the average."""
    joint = weights * likely
    total = float(np.add.reduce(joint))
    return (1 - FIXED_SHARE) / total * joint + FIXED_SHARE / len(joint), total
