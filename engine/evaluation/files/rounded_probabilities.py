"""Probabilities rounded when a log was written, and estimates of the exact ones.

In a column with d decimal digits, numbers are off by at most half a unit, 0.5 / 10^d. If all
probabilities of an event are known they are made to sum to 1. If only the shown action's is known,
the sum of 1 / q over the events that showed an action equals, up to sampling error, the number of
events that offered it: each action's probabilities are shifted together, within half a unit, to
match.

Probabilities that were set, not computed, need few digits. They count as exact if they are what a
person sets, see `Shares.are_set`, and the sums of 1 / q agree with them. If they are the same in
each event, those of the shown actions are those of every action, see `completed`.
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
_SAME, _EVEN = 1e-10, 1e-6
_CHANCE = 3.0
"""Standard errors within which a sum of 1 / q is plausible."""
_SURE = 4.0
"""Standard errors of a shift within which probabilities count as equal, and of a sum of 1 / q
within which they count as set."""
_SMALL = 0.5
"""Standard errors below which the effect of rounding is negligible beside sampling error."""
_INSIDE = 0.999
"""Largest shift of a probability, in half units."""
_HALVINGS = 40
_STEP = 0.05
"""Step of the shares that people choose."""


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


def completed(log: Decisions) -> Decisions:
    """Return a whole log with the probability of every action, if it follows from those of the
    shown actions: each action was always offered with one probability, and their sum is 1 within
    rounding; or all offered actions had equal ones. The log itself otherwise."""
    if log.probabilities is not None or not len(log):
        return log
    offers = log.offered.sum(axis=1, keepdims=True)
    if (np.abs(log.propensity * offers[:, 0] - 1) < _EVEN).all():
        return replace(log, probabilities=log.offered / offers, propensity=1 / offers[:, 0])
    low, high = np.full((2, len(log.actions)), np.nan)
    np.fmin.at(low, log.shown, log.propensity)
    np.fmax.at(high, log.shown, log.propensity)
    allowed = len(low) * max(log.rounding, SINGLE)
    if not log.offered.all() or (high != low).any() or abs(low.sum() - 1) > allowed:
        return log
    chances = normalised(low[None])[0]
    table = np.broadcast_to(chances, log.offered.shape)
    return replace(log, probabilities=table, propensity=chances[log.shown])


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
        are_uniform: True if each probability is 1 / (number of possible actions).
    """

    rounding: float = 1.0
    offered: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[str, dict[float, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    are_uniform: bool = True

    @property
    def is_coarse(self) -> bool:
        """True if the rounding is too large to be ignored."""
        return self.rounding >= COARSE

    def add(self, log: Decisions) -> None:
        """Count the events of one batch."""
        self.rounding = min(self.rounding, log.rounding)
        table = log.probabilities
        possible = log.offered if table is None else log.offered & (table > 0)
        each = log.propensity * possible.sum(axis=1)
        self.are_uniform &= bool((np.abs(each - 1) < _SAME).all())
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
        shown = [action for action, of_action in self.shown.items() if of_action]
        if self.are_set and all(self._sums(action).agree(_SURE) for action in shown):
            return Calibration(SINGLE, {}, {})
        results = {action: self._shift(action) for action in self.shown}
        shifts, errors = (
            {action: result[at] for action, result in results.items()} for at in (0, 1)
        )
        return Calibration(self.rounding, shifts, errors)

    @property
    def are_set(self) -> bool:
        """True for probabilities as people set them: 1 / (number of possible actions) in each
        event; a value for each action, with a sum of 1; or at most two values in the whole log.

        In the last two cases each value is a multiple of 5 %, or one k-th, or what one k-th for
        each other action leaves. A third with few digits is none of these; nor are values of a
        model, which are many.
        """
        if self.are_uniform:
            return True
        of_actions = [{value for value in values if value < 1} for values in self.shown.values()]
        values = set[float]().union(*of_actions)
        are_shares = all(len(of_action) == 1 for of_action in of_actions)
        are_shares = are_shares and abs(sum(map(sum, of_actions)) - 1) < _SAME
        if not values or not (are_shares or len(values) <= 2):
            return False
        least = min(values)
        left = 1 - (len(self.offered) - 1) * least if self._is_kth(least) else 0.0
        return all(
            abs(value - round(value / _STEP) * _STEP) < _SAME
            or self._is_kth(value)
            or abs(value - left) < _SAME
            for value in values
        )

    def _is_kth(self, value: float) -> bool:
        """Return True for 1 / k of a whole k, of at least two units of the last digit."""
        return abs(value * round(1 / value) - 1) < _SAME and value > 3 * self.rounding

    def _sums(self, action: str) -> "_Sums":
        of_action = self.shown[action]
        values, counts = np.array(list(of_action)), np.array(list(of_action.values()))
        return _Sums(values, counts, self.offered[action], self.rounding)

    def _shift(self, action: str) -> tuple[float, float]:
        """Shift for which the sum of 1 / q equals the number of offers, and its error, in half
        units; (0, 1) if rounding and sampling error do not explain the difference, and if the
        effect of rounding is negligible."""
        if not self.shown[action]:
            return 0.0, 1.0
        sums = self._sums(action)
        low, high, error = -_INSIDE, _INSIDE, sums.error
        least, most = sums.total(high), sums.total(low)
        if most - least < _SMALL * error or not sums.agree(_CHANCE, _INSIDE):
            return 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if sums.total(middle) > sums.wanted else (low, middle)
        shift, error = (low + high) / 2, error * 2 * _INSIDE / (most - least)
        return shift, min(1 + abs(shift), _SURE * error)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums of 1 / q over the events that showed an action, (V,) distinct values of q.

    Attributes:
        wanted: number of events that offered it.
        rounding: half a unit of the values.
    """

    values: Array
    counts: NDArray[np.int_]
    wanted: int
    rounding: float

    @property
    def error(self) -> float:
        """Standard error of the sum."""
        inverse = 1 / self.values
        return float(np.sqrt((self.counts * inverse * (inverse - 1)).sum()))

    def total(self, shift: float = 0.0) -> float:
        """Sum with the values shifted by some half units."""
        moved = np.maximum(self.values + shift * self.rounding, self.values / 2)
        return float((self.counts / np.minimum(moved, 1.0)).sum())

    def agree(self, errors: float, shift: float = 0.0) -> bool:
        """Return True if the sum, with the values shifted by so many half units at most, is the
        number of offers up to so many standard errors."""
        reach = errors * self.error
        return self.total(shift) - reach <= self.wanted <= self.total(-shift) + reach
