"""Probabilities rounded when a log was written, and estimates of the exact ones.

In a column with d decimal digits, numbers are off by at most half a unit, 0.5 / 10^d. If all
probabilities of an event are known they are made to sum to 1. If only the shown action's is known,
the sum of 1 / q over the events that showed an action equals, up to sampling error, the number of
events that offered it: each action's probabilities are shifted together, within half a unit, to
match.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.logged_decisions import COARSE, Decisions

ROUNDING = 1e-3
"""Tolerance of a sum of probabilities, and between the propensity and the shown action's
probability, for columns with more digits."""
SINGLE = 5e-8
"""Half a unit of single precision, the smallest rounding error assumed for a file."""
_DIGITS = 7
_SAME = 1e-10
_CHANCE = 3.0
"""Standard errors within which a sum of 1 / q is plausible."""
_SURE = 4.0
"""Standard errors of a shift within which probabilities count as equal."""
_SMALL = 0.5
"""Standard errors below which the effect of rounding is negligible beside sampling error."""
_INSIDE = 0.999
"""Largest shift of a probability, in half units."""
_HALVINGS = 40


def half_unit(values: Array) -> float:
    """Half a unit of the last decimal digit of a column's numbers; NaN are ignored.

    `SINGLE` if the column holds only zeros and ones.
    """
    known = values[~np.isnan(values)]
    known = known[(known != 0) & (known != 1)]
    if not len(known):
        return SINGLE
    for digits in range(1, _DIGITS):
        if (np.abs(known - np.round(known, digits)) < _SAME).all():
            return float(0.5 / 10**digits)
    return SINGLE


def summing_to_one(table: Array, shown: NDArray[np.intp], propensity: Array) -> tuple[Array, Array]:
    """Probabilities, (N, K), rescaled to sum to 1 with the given propensity of the shown action;
    and this propensity, set to 1 in events without another possible action."""
    events, exact = np.arange(len(shown)), table.copy()
    exact[events, shown] = 0.0
    others = exact.sum(axis=1)
    propensity = np.where(others > 0, propensity, 1.0)
    scale = np.divide(1 - propensity, others, out=np.zeros_like(others), where=others > 0)
    exact *= scale[:, None]
    exact[events, shown] = propensity
    return exact, propensity


def normalised(table: Array) -> Array:
    """Rounded probabilities, (N, K), with a sum of 1: the missing part is spread evenly over those
    above 0, or in proportion if that would leave any at 0 or below."""
    some = table > 0
    missing = 1 - table.sum(axis=1, keepdims=True)
    moved = np.where(some, table + missing / some.sum(axis=1, keepdims=True), 0.0)
    is_left = ((moved > 0) == some).all(axis=1, keepdims=True)
    shares = np.where(is_left, moved, table)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Corrections of the rounded probabilities of a log.

    Attributes:
        rounding: half a unit of the column.
        shifts: shift of each action's probabilities, in half units, between -1 and 1.
        errors: their remaining error, in half units, from 0 to 2.
    """

    rounding: float
    shifts: Mapping[str, float]
    errors: Mapping[str, float]

    def apply(self, log: Decisions) -> Decisions:
        """Return the log with calibrated probabilities."""
        moved, errors = (
            self.rounding * np.array([by_action.get(action, usual) for action in log.actions])
            for by_action, usual in ((self.shifts, 0.0), (self.errors, 1.0))
        )
        log = replace(log, rounding=self.rounding, probability_tolerance=errors[log.shown])
        if log.probabilities is None:
            propensity = np.minimum(log.propensity + moved[log.shown], 1.0)
            return replace(log, propensity=propensity)
        some = log.probabilities > 0
        shifted = np.maximum(log.probabilities + moved, log.probabilities / 2)
        table = normalised(np.where(some, shifted, 0.0))
        return replace(
            log,
            propensity=table[np.arange(len(log)), log.shown],
            probabilities=table,
        )


@dataclass(slots=True)
class Shares:
    """Counts over a log for the calibration of rounded probabilities.

    Attributes:
        rounding: half a unit of the column, as far as read.
        offered: for each action, the number of events that could show it.
        shown: for each action, the number of events that showed it, by their probability.
    """

    rounding: float = 1.0
    offered: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[str, dict[float, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    @property
    def is_coarse(self) -> bool:
        """True if the rounding is too large to be ignored."""
        return self.rounding >= COARSE

    def add(self, log: Decisions) -> None:
        """Count the events of one batch."""
        self.rounding = min(self.rounding, log.rounding)
        table = log.probabilities
        possible = log.offered if table is None else log.offered & (table > 0)
        for at, action in enumerate(log.actions):
            self.offered[action] += int(possible[:, at].sum())
            values, counts = np.unique(log.propensity[log.shown == at], return_counts=True)
            of_action = self.shown[action]
            for value, count in zip(values.tolist(), counts.tolist(), strict=True):
                of_action[value] += count

    def calibration(self) -> Calibration | None:
        """Return the calibration of the log; None if none is needed."""
        if not self.is_coarse:
            return None
        results = {action: self._shift(action) for action in self.shown}
        shifts, errors = (
            {action: result[at] for action, result in results.items()} for at in (0, 1)
        )
        return Calibration(self.rounding, shifts, errors)

    def _shift(self, action: str) -> tuple[float, float]:
        """Shift for which the sum of 1 / q equals the number of offers, and its error, in half
        units; (0, 1) if rounding and sampling error do not explain the difference, and if the
        effect of rounding is negligible."""
        of_action = self.shown[action]
        if not of_action:
            return 0.0, 1.0
        values, counts = np.array(list(of_action)), np.array(list(of_action.values()))
        wanted = self.offered[action]
        error = float(np.sqrt((counts * (1 / values) * (1 / values - 1)).sum()))

        def total(shift: float) -> float:
            moved = np.maximum(values + shift * self.rounding, values / 2)
            return float((counts / np.minimum(moved, 1.0)).sum())

        low, high = -_INSIDE, _INSIDE
        least, most, reach = total(high), total(low), _CHANCE * error
        if most - least < _SMALL * error or not least - reach <= wanted <= most + reach:
            return 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if total(middle) > wanted else (low, middle)
        shift, error = (low + high) / 2, error * 2 * _INSIDE / (most - least)
        return shift, min(1 + abs(shift), _SURE * error)
