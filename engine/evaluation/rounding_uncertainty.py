"""Uncertainty of a policy's value caused by rounded propensities.

An error e of the propensity q of a group of events, with the same action and propensity, changes
their weights by e / q. Each action's weighted errors sum to 0 after `Calibration`, so an error has
an effect only through differences between the groups of an action. Errors are modelled as
independent and uniform over half a unit to each side; the worst case is used if it is smaller.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import WeightedDecisions
from engine.evaluation.estimators.mergeable_sums import SumTable
from engine.evaluation.logged_decisions import COARSE
from engine.evaluation.mean_intervals import normal


def _empty() -> SumTable:
    return SumTable.empty(3)


@dataclass(frozen=True, slots=True, eq=False)
class RoundingUncertainty:
    """Sums over a log by action and propensity; ``+`` merges two parts of a log.

    Attributes:
        groups: sums of 1 / q, of weights, and of weight times reward; a row per propensity, a
            column per action. Weights of 1 count as exact.
        rounding: largest rounding error of the propensities.
    """

    groups: SumTable = field(default_factory=_empty)
    rounding: float = 0.0

    def add(self, weighed: WeightedDecisions) -> "RoundingUncertainty":
        """Return the sums with further events; exact propensities add nothing."""
        log, weight = weighed.decisions, weighed.weight
        if log.rounding < COARSE:
            return self
        values, rows = np.unique(log.propensity.round(6), return_inverse=True)
        inexact = np.where(weight == 1, 0.0, weight)
        positions, cells = rows * len(log.actions) + log.shown, len(values) * len(log.actions)
        columns = 1 / log.propensity, inexact, inexact * log.reward
        sums = np.array([np.bincount(positions, column, cells) for column in columns])
        names = tuple(f"{value:.6f}" for value in values.tolist())
        table = SumTable(names, log.actions, sums.reshape(3, len(values), len(log.actions)))
        return RoundingUncertainty(self.groups + table, max(self.rounding, log.rounding))

    def __add__(self, other: "RoundingUncertainty") -> "RoundingUncertainty":
        return RoundingUncertainty(self.groups + other.groups, max(self.rounding, other.rounding))

    def of_value(self, events: int, pivot: float, level: float) -> float:
        """Half width of the interval of a policy's value; see `Estimator.pivots` for ``pivot``."""
        if not self.rounding:
            return 0.0
        _, weights, earned = self.groups.sums
        return self._reach(earned - pivot * weights, level) / events

    def of_weight(self, events: int) -> float:
        """Largest possible effect of rounding on the mean weight."""
        return float((self._relative * self.groups.sums[1]).sum()) / events

    @property
    def _relative(self) -> Array:
        """Relative error of the weights of each group, (groups, 1)."""
        values = np.array([float(name) for name in self.groups.rows])[:, None]
        return np.asarray(self.rounding / np.maximum(values - self.rounding, values / 2))

    def _reach(self, amounts: Array, level: float) -> float:
        """Half width of a weighted sum of the groups' relative errors around 0."""
        inverse, relative = self.groups.sums[0], self._relative
        scaled = (relative * inverse) ** 2
        total = scaled.sum(axis=0)
        shared = (relative**2 * inverse * amounts).sum(axis=0)
        common = np.divide(shared, total, out=np.zeros_like(total), where=total > 0)
        errors = np.abs(relative * (amounts - common * inverse))
        likely = normal(level) * math.sqrt(float((errors**2).sum()) / 3)
        return min(likely, float(errors.sum()))
