"""Means over repetitions with their sampling error."""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from engine.arrays import Array

Z = 1.96
"""Standard errors to each side in a 95 % interval, rounded as usual."""
_MANY, _STEPS = 200, 12
"""Degrees of freedom above which the expansion is exact enough, and Newton steps below."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean over repetitions, its standard error, and its 95 % interval by Student's t.

    With a single repetition all but the mean are NaN.
    """

    mean: float
    error: float
    low: float
    high: float


def estimate(values: Array, least: float = -math.inf, most: float = math.inf) -> Estimate:
    """Mean of at least one independent value; its interval is clipped to the possible range from
    ``least`` to ``most``."""
    mean, error = float(values.mean()), standard_error(values)
    reach = student(len(values) - 1) * error if len(values) > 1 else math.nan
    low, high = np.clip((mean - reach, mean + reach), least, most).tolist()
    return Estimate(mean, error, low, high)


def estimate_of_rewards(rewards: Array, most: float = 1.0) -> Estimate:
    """Mean of at least one independent reward from 0 to ``most``, see `ends_of_rewards`."""
    parts = rewards / most
    low, high = ends_of_rewards(len(parts), float(parts.sum()), float(parts @ parts))
    return Estimate(float(rewards.mean()), standard_error(rewards), most * low, most * high)


def estimate_in_observed_range(rewards: Array) -> Estimate:
    """`estimate_of_rewards` for rewards from 0 to 1, or as far below and above as observed."""
    least = min(0.0, float(rewards.min()))
    above = estimate_of_rewards(rewards - least, max(1.0, float(rewards.max())) - least)
    return Estimate(float(rewards.mean()), above.error, least + above.low, least + above.high)


def ends_of_rewards(
    size: int, total: float, squares: float, level: float = 0.95
) -> tuple[float, float]:
    """Ends of the interval of a mean of independent rewards from 0 to 1, by their number, sum and
    sum of squares: a score interval, which has a width for equal rewards, too.

    Rewards of smaller variance than 0-or-1 rewards count as more events. Their variance has an
    event more at each end of the range: rare large rewards may not have come.
    """
    mean, z = total / size, normal(level)
    most = mean * (1 - mean)
    spread = max(0.0, squares - total * mean) + mean**2 + (1 - mean) ** 2
    effective = size * max(1.0, size * most / spread)
    low, high = (mean + sign * score_reach(mean, effective, z, sign) for sign in (-1, 1))
    # Rounding could put a mean of 0 or 1 outside of its interval.
    return min(mean, max(0.0, low)), max(mean, min(1.0, high))


def estimate_of_differences(differences: Array, level: float = 0.95) -> Estimate:
    """Mean of independent differences of rewards, -1 to 1, with an interval that has a width for
    equal differences, too.

    Its variance has half an observation more at each end of the range, as the interval for paired
    proportions of Agresti & Min (*Statistics in Medicine*, 2005): rare rewards may not have come.
    """
    mean, size = float(differences.mean()), len(differences)
    squares = float(((differences - mean) ** 2).sum()) + 1.0
    error = math.sqrt(squares / (size - 1) / size) if size > 1 else math.nan
    reach = student(size - 1, level) * error if size > 1 else math.nan
    low, high = np.clip((mean - reach, mean + reach), -1, 1).tolist()
    return Estimate(mean, standard_error(differences), low, high)


def standard_error(values: Array, unknown: float = math.nan) -> float:
    """Standard error of the mean of independent values; ``unknown`` for fewer than two."""
    size = len(values)
    return float(values.std(ddof=1)) / math.sqrt(size) if size > 1 else unknown


def normal(level: float = 0.95) -> float:
    """Standard deviations to each side of the central interval with probability ``level``."""
    return NormalDist().inv_cdf((1 + level) / 2)


def score_reach(share: float, size: float, z: float, sign: int) -> float:
    """Distance from a share observed in ``size`` events to the upper (with sign -1 lower) end of
    its score interval (Wilson, *JASA* 1927), which is above 0 even for a share of 0."""
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    spread = share * (1 - share) / size + (z / (2 * size)) ** 2
    return sign * (middle - share) + z * math.sqrt(spread) / (1 + z * z / size)


@lru_cache
def student(freedom: int, level: float = 0.95) -> float:
    """Half width of the central interval of Student's t with probability ``level``, to 1e-9.

    For many degrees of freedom by the expansion around the normal; for fewer, Newton's method
    starts from the expansion (Abramowitz & Stegun, *Handbook of Mathematical Functions*, 1964,
    26.7.5 and 26.7.3-4).
    """
    z, n = normal(level), freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    t = z + math.fsum(term / n**power for power, term in enumerate(terms, 1))
    if freedom <= _MANY:
        for _ in range(_STEPS):
            t += (level - _within(t, n)) / _density(t, n)
    return t


def _within(t: float, freedom: int) -> float:
    """Probability of Student's t between -t and t."""
    angle, odd = math.atan(t / math.sqrt(freedom)), freedom % 2
    square, term, total = math.cos(angle) ** 2, math.cos(angle) if odd else 1.0, 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= square * (k - 1) / k
    total *= math.sin(angle)
    return (angle + total) * 2 / math.pi if odd else total


def _density(t: float, freedom: int) -> float:
    """Derivative of `_within`."""
    size = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    power = -(freedom + 1) / 2 * math.log1p(t * t / freedom)
    return 2 * math.exp(size + power) / math.sqrt(freedom * math.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Mean curve over repetitions, its standard errors, and the 10 % and 90 % quantiles.

    Each is (P,), over P points; the errors are NaN for a single repetition.
    """

    mean: Array
    error: Array
    low: Array
    high: Array


def band(curves: Array) -> Band:
    """Band of at least one curve, (repetitions, P)."""
    size = len(curves)
    error = curves.std(axis=0, ddof=1) / math.sqrt(size) if size > 1 else np.nan * curves[0]
    low, high = np.quantile(curves, (0.1, 0.9), axis=0)
    return Band(curves.mean(axis=0), error, low, high)
