"""Doubt about a policy's value that comes from rounded propensities alone.

An error e of the propensities q of a group of events, those of one action with one propensity,
changes its weights by e / q. Each action's errors, weighted, sum to 0, as `Calibration` made them.
So what an error moves is only by how much the groups of an action differ. Errors are taken to be
spread evenly over half a unit to each side, apart from each other; or at worst, where that is less.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Array
from engine.evaluation.decisions import COARSE
from engine.evaluation.estimators.base import Weighed
from engine.evaluation.estimators.table import Table
from engine.evaluation.intervals import normal


def _empty() -> Table:
    return Table.empty(3)


@dataclass(frozen=True, slots=True, eq=False)
class RoundingDoubt:
    """Sums over a log by action and propensity; ``+`` merges two parts of a log.

    Attributes:
        groups: sums of 1 / q, of weights, and of weight times reward; a row a value, a column an
            action. Weights of 1 are taken for exact.
        rounding: by which propensities may be off.
    """

    groups: Table = field(default_factory=_empty)
    rounding: float = 0.0

    def add(self, weighed: Weighed) -> "RoundingDoubt":
        """With so many more events; exact propensities add nothing."""
        log, weight = weighed.decisions, weighed.weight
        if log.rounding < COARSE:
            return self
        values, rows = np.unique(log.propensity.round(6), return_inverse=True)
        unsure = np.where(weight == 1, 0.0, weight)
        places, cells = rows * len(log.actions) + log.shown, len(values) * len(log.actions)
        columns = 1 / log.propensity, unsure, unsure * log.reward
        sums = np.array([np.bincount(places, column, cells) for column in columns])
        names = tuple(f"{value:.6f}" for value in values.tolist())
        table = Table(names, log.actions, sums.reshape(3, len(values), len(log.actions)))
        return RoundingDoubt(self.groups + table, max(self.rounding, log.rounding))

    def __add__(self, other: "RoundingDoubt") -> "RoundingDoubt":
        return RoundingDoubt(self.groups + other.groups, max(self.rounding, other.rounding))

    def of_value(self, events: int, pivot: float, level: float) -> float:
        """Half width of the interval of a policy's value; see `Estimator.pivots` for ``pivot``."""
        if not self.rounding:
            return 0.0
        _, weights, earned = self.groups.sums
        return self._reach(earned - pivot * weights, level) / events

    def of_weight(self, events: int) -> float:
        """How far rounding may have moved its mean weight at most."""
        return float((self._relative * self.groups.sums[1]).sum()) / events

    @property
    def _relative(self) -> Array:
        """How far weights of each group may be off, in parts of what they are, (groups, 1)."""
        values = np.array([float(name) for name in self.groups.rows])[:, None]
        return np.asarray(self.rounding / np.maximum(values - self.rounding, values / 2))

    def _reach(self, amounts: Array, level: float) -> float:
        """How far a weighted sum of the groups' relative errors may be from 0."""
        inverse, relative = self.groups.sums[0], self._relative
        scaled = (relative * inverse) ** 2
        total = scaled.sum(axis=0)
        shared = (relative**2 * inverse * amounts).sum(axis=0)
        common = np.divide(shared, total, out=np.zeros_like(total), where=total > 0)
        errors = np.abs(relative * (amounts - common * inverse))
        likely = normal(level) * math.sqrt(float((errors**2).sum()) / 3)
        return min(likely, float(errors.sum()))
