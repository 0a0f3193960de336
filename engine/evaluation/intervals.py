"""Means over repetitions with how far chance may have moved them."""

import math
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array

_NORMAL = 1.959964
"""97.5 % quantile of the normal distribution."""
Z = 1.96
"""The same, as it is usually rounded: standard errors to each side in a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over repetitions, its standard error, and its 95 % interval by Student's t.

    All but the mean are NaN for one repetition.
    """

    mean: float
    error: float
    low: float
    high: float


def estimate(values: Array) -> Estimate:
    """The mean of independent values, at least one."""
    mean, error = float(values.mean()), standard_error(values)
    reach = student(len(values) - 1) * error if len(values) > 1 else math.nan
    return Estimate(mean, error, mean - reach, mean + reach)


def standard_error(values: Array, unknown: float = math.nan) -> float:
    """Standard error of the mean of independent values; ``unknown`` for fewer than two."""
    size = len(values)
    return float(values.std(ddof=1)) / math.sqrt(size) if size > 1 else unknown


def student(freedom: int) -> float:
    """97.5 % quantile of Student's t, to .5 % from two degrees of freedom on.

    (Abramowitz & Stegun, *Handbook of Mathematical Functions*, 1964, 26.7.5; a Cauchy
    quantile for one degree.)
    """
    if freedom == 1:
        return math.tan(0.475 * math.pi)
    z, n = _NORMAL, freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + math.fsum(term / n**power for power, term in enumerate(terms, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A mean curve over repetitions, its standard errors, and their 10 % and 90 % quantiles.

    All are (P,), over P points; the errors are NaN for one repetition.
    """

    mean: Array
    error: Array
    low: Array
    high: Array


def band(curves: Array) -> Band:
    """The band of curves (repetitions, P), at least one."""
    size = len(curves)
    error = curves.std(axis=0, ddof=1) / math.sqrt(size) if size > 1 else np.nan * curves[0]
    low, high = np.quantile(curves, (0.1, 0.9), axis=0)
    return Band(curves.mean(axis=0), error, low, high)
