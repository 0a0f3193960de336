"""Which context fields matter: a table of cells for every subset of fields, weighed by evidence.

A *cell* is what some fields say together: "Alice" of one field, "Alice, rainy" of two. For each
subset of the context's fields, the reward of each action is believed to be its own in every cell
and to owe nothing else to the context. The evidence of a subset is the product of the densities
with which its cells expected each reward (Bayesian model averaging over subsets, as over trees in
Chipman, George & McCulloch, *JASA* 93, 1998), so the few fields that matter are found among dozens.

All scales are learned: in units of the variance V of all rewards, a cell's expected reward is
N(m_a, V/2) around the action's mean m_a over all contexts, and the noise v of a subset is what its
cells leave unexplained. So a cell after n rewards with sum s has

    (15)  mean (s + k m_a) / (n + k),   variance v / (n + k),   k = 2 v / V:

where a subset explains everything, one reward decides; where rewards are rare, many must agree.
Numbers of equations as in ``engine/README.md``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, with_room
from engine.learners.bayesian.numbers import Scales
from engine.learners.state import Kept, Learned
from engine.protocol.features import Features
from engine.protocol.request import Action

Indices = NDArray[np.intp]

MAX_SUBSETS = 400
"""Subsets of fields at most: those of k fields take part while they fit, all or none."""
MAX_ACTIONS = 200
"""Actions at most; others are as unknown as a new one."""
_BITS = 12
"""Bits of one field's value in a cell's key; further values of a field are one."""
SHARE = float(__import__("os").environ.get("SH","1e-3"))
"""Share of the weights that is spread evenly over the subsets after each reward, as in (9)."""


class Cells(Learned):
    """Where the cells are of all subsets of some context fields, up to ``crosses`` of them. Row 0
    of a table belongs to cells that were never rewarded, as does action 0 to such actions."""

    STATE = ("fields", "scales", "crosses", "_values", "_rows", "_columns")
    _kept = cached_property(lambda _: Kept[Features, Indices]())

    def __init__(self, fields: Sequence[str], scales: Scales, crosses: int) -> None:
        self.fields = tuple(fields)
        self.scales, self.crosses = scales, crosses
        self._values: list[dict[str, int]] = [{} for _ in self.fields]
        self._rows: dict[int, int] = {}
        self._columns: dict[str, int] = {}

    @cached_property
    def subsets(self) -> tuple[tuple[int, ...], ...]:
        """The subsets, as positions of fields, smallest first."""
        found: list[tuple[int, ...]] = []
        for size in range(min(self.crosses, len(self.fields)) + 1):
            if len(found) + math.comb(len(self.fields), size) > MAX_SUBSETS:
                break
            found += combinations(range(len(self.fields)), size)
        return tuple(found)

    @cached_property
    def _radix(self) -> NDArray[np.int64]:
        """What turns the fields' values into keys, (S, F)."""
        radix = np.zeros((len(self.subsets), len(self.fields)), dtype=np.int64)
        for row, subset in enumerate(self.subsets):
            for place, position in enumerate(subset):
                radix[row, position] = 1 << (_BITS * place)
        return radix

    @cached_property
    def prior(self) -> Array:
        """Log weights of the subsets before any reward, (S,): each size alike, then each subset."""
        sizes = np.array([len(subset) for subset in self.subsets])
        many = np.bincount(sizes)
        return np.asarray(-np.log(many[sizes] * float(len(many))))

    def rows(self, context: Features, new: bool = False) -> Indices:
        """The row of the context's cell in each subset, (S,), made if it is new and asked for."""
        if context not in self._kept or new:
            keys = (self._radix @ self._codes(context, new)) * len(self.subsets)
            keys += np.arange(len(self.subsets))
            if new:
                for key in keys.tolist():
                    self._rows.setdefault(key, len(self._rows) + 1)
            found = [self._rows.get(key, 0) for key in keys.tolist()]
            if not new:
                self._kept[context] = np.array(found, dtype=np.intp)
            else:
                self._kept.clear()
                return np.array(found, dtype=np.intp)
        return self._kept[context]

    def columns(self, actions: Sequence[Action]) -> Indices:
        """The column of each action, (K,)."""
        return np.array([self._columns.get(action.id, 0) for action in actions], dtype=np.intp)

    def column(self, action: Action) -> int:
        """The column of an action, made if there is room."""
        if action.id not in self._columns and len(self._columns) < MAX_ACTIONS:
            self._columns[action.id] = len(self._columns) + 1
        return self._columns.get(action.id, 0)

    def _codes(self, context: Features, new: bool) -> NDArray[np.int64]:
        """What each field says, as a number, (F,): 0 where it is missing, 1 for what is new."""
        told: dict[str, str] = {}
        for column, name in context.fields.items():
            if name not in context.numbers:
                told[name] = told.get(name, "") + column
        for name, number in context.numbers.items():
            if name in self.scales.of:
                told[name] = str(self.scales.of[name].bin(number))
        codes = np.zeros(len(self.fields), dtype=np.int64)
        for i, (name, known) in enumerate(zip(self.fields, self._values, strict=True)):
            if name in told:
                if new and len(known) < (1 << _BITS) - 2:
                    known.setdefault(told[name], len(known) + 2)
                codes[i] = known.get(told[name], 1)
        return codes


@dataclass(eq=False, slots=True)
class Tables(Learned):
    """What was earned in the cells of every subset, after ``count`` rewards.

    Attributes:
        log_weights: of the subsets, (S,).
        numbers, sums: of the rewards of each action in each row, (R, A), with room.
        unexplained: sum of squared errors and of their weights, by subset, (2, S).
        moments: number, sum and sum of squares of all rewards.
    """

    log_weights: Array = field(default_factory=lambda: np.zeros(0))
    count: int = 0
    numbers: Array = field(default_factory=lambda: np.zeros((16, 4)))
    sums: Array = field(default_factory=lambda: np.zeros((16, 4)))
    actions: Array = field(default_factory=lambda: np.zeros((2, 4)))
    unexplained: Array = field(default_factory=lambda: np.zeros((2, 0)))
    total: float = 0.0
    squares: float = 0.0

    def begin(self, cells: Cells) -> None:
        """Know nothing of these cells, if nothing was learned."""
        if not self.count:
            self.log_weights, self.unexplained = cells.prior, np.zeros((2, len(cells.prior)))

    @property
    def weights(self) -> Array:
        """Weights of the subsets, (S,), sum to 1."""
        weights = np.exp(self.log_weights - self.log_weights.max())
        return np.asarray(weights / weights.sum())

    @property
    def variance(self) -> float:
        """V of (15): of all rewards; a quarter, that of a fair coin, counts as two of them."""
        mean = (self.total + 0.5) / (self.count + 1)
        spread = self.squares - 2 * mean * self.total + self.count * mean * mean
        return (max(spread, 0.0) + 0.25) / (self.count + 1)

    def believed(self, rows: Indices, columns: Indices, at: Indices) -> tuple[Array, Array]:
        """Means and variances (15) of K actions in the cells of some subsets, (T, K)."""
        n, s = self._cells(rows, columns)
        noise = self._noise(at)[:, None]
        k = 2 * noise / self.variance
        return (s + k * self._means(columns)) / (n + k), noise / (n + k)

    def learn(self, rows: Indices, column: int, reward: float, binary: bool) -> float:
        """Learn a reward; the log of the density that it was expected with."""
        every = np.arange(len(rows))
        columns = np.array([column])
        mean, variance = (found[:, 0] for found in self.believed(rows, columns, every))
        noise = self._noise(every)
        if binary:
            least = noise / 4
            chance = np.minimum(np.maximum(mean, least), 1 - least)
            densities = np.log(chance if reward else 1 - chance)
        else:
            wide = noise + variance
            densities = -0.5 * (np.log(2 * np.pi * wide) + (reward - mean) ** 2 / wide)
        density = self._reweigh(densities)
        self._add(rows, column, reward, mean)
        return density

    def _reweigh(self, densities: Array) -> float:
        joint = np.log(self.weights) + densities
        top = float(joint.max())
        shares = np.exp(joint - top)
        total = float(shares.sum())
        self.log_weights = np.log(shares / total * (1 - SHARE) + SHARE / len(shares))
        return top + math.log(total)

    def _add(self, rows: Indices, column: int, reward: float, mean: Array) -> None:
        size = (int(rows.max()) + 1, column + 1)
        self.numbers, self.sums = with_room(self.numbers, size), with_room(self.sums, size)
        self.actions = with_room(self.actions, (2, column + 1))
        before = self.numbers[rows, column]
        part = before / (before + 1)  # The error of a first reward says little about noise.
        self.unexplained += np.array([part * (reward - mean) ** 2, part])
        self.numbers[rows, column] += 1
        self.sums[rows, column] += reward
        self.actions[:, column] += 1, reward
        self.count += 1
        self.total += reward
        self.squares += reward * reward

    def _cells(self, rows: Indices, columns: Indices) -> tuple[Array, Array]:
        """Numbers and sums in cells, (T, K): none of rows and actions that are new."""
        height, width = self.numbers.shape
        known = (rows < height)[:, None] & ((columns < width) & (columns > 0))
        at = np.where(rows < height, rows, 0)[:, None], np.where(columns < width, columns, 0)
        return np.where(known, self.numbers[at], 0.0), np.where(known, self.sums[at], 0.0)

    def _means(self, columns: Indices) -> Array:
        """Mean of each action over all contexts, (K,), drawn towards the mean of everything."""
        mean = (self.total + 0.5) / (self.count + 1)
        width = self.actions.shape[1]
        n, s = self.actions[:, np.where(columns < width, columns, 0)]
        return np.asarray((s + mean) / (n + 1))

    def _noise(self, at: Indices) -> Array:
        """v of (15), by subset: V counts as one reward's."""
        squares, weights = self.unexplained[:, at]
        return np.asarray((squares + self.variance) / (weights + 1))
