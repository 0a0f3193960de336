"""Profile likelihood of a weighted sum of success rates.

Cells j have exposures E and successes S at rates p between 0 and 1: the log-likelihood is sum_j S
log p - E p. Among rates with an allowed likelihood ratio to the best rates, the largest and the
least sum_j c p are computed. By Lagrange they lie on p = S / (E - multiplier c), limited to 1 (the
profile of Venzon & Moolgavkar, *Applied Statistics*, 1988, for a sum of rates).
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array

_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_HALVINGS = 50
_MAX_MULTIPLIER = 1e12


def log_gamma(x: Array) -> Array:
    """Logarithm of the gamma function of positive numbers, to 1e-5 (Stirling's series)."""
    shifted = x + 3
    series = (
        (shifted - 0.5) * np.log(shifted) - shifted + 1 / (12 * shifted) - 1 / (360 * shifted**3)
    )
    return np.asarray(series + _HALF_LOG_2PI - np.log(x * (x + 1) * (x + 2)))


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Cells, each array (cells,): weights above 0, exposures, and successes above 0."""

    weights: Array
    exposures: Array
    successes: Array

    @property
    def best(self) -> Array:
        """Rates of the highest likelihood."""
        return self._at(0.0)

    def total(self, rates: Array) -> float:
        """Weighted sum of the rates."""
        return float(self.weights @ rates)

    def bound(self, sign: int, allowed: float) -> float:
        """Largest (with sign -1, least) sum of rates whose log-likelihood is at most ``allowed``
        below the maximum."""
        needed = self._likelihood(self.best) - allowed
        inside, outside = 0.0, 1.0
        while self._likelihood(self._at(sign * outside)) >= needed and outside < _MAX_MULTIPLIER:
            inside, outside = outside, 2 * outside
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            is_allowed = self._likelihood(self._at(sign * middle)) >= needed
            inside, outside = (middle, outside) if is_allowed else (inside, middle)
        return self.total(self._at(sign * inside))

    def _at(self, multiplier: float) -> Array:
        slack = self.exposures - multiplier * self.weights
        return np.minimum(1.0, self.successes / np.maximum(slack, self.successes))

    def _likelihood(self, rates: Array) -> float:
        return float(self.successes @ np.log(rates) - self.exposures @ rates)  # (18)
