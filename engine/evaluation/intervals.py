"""Means over repetitions with how far chance may have moved them."""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from engine.arrays import Array

Z = 1.96
"""Standard errors to each side in a 95 % interval, as it is usually rounded."""
_MANY, _STEPS = 200, 12
"""From how many degrees of freedom on the expansion is exact enough, and steps of Newton else."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over repetitions, its standard error, and its 95 % interval by Student's t.

    All but the mean are NaN for one repetition.
    """

    mean: float
    error: float
    low: float
    high: float


def estimate(values: Array, least: float = -math.inf, most: float = math.inf) -> Estimate:
    """The mean of independent values, at least one; the interval holds nothing that is less or
    more than a mean can be."""
    mean, error = float(values.mean()), standard_error(values)
    reach = student(len(values) - 1) * error if len(values) > 1 else math.nan
    low, high = np.clip((mean - reach, mean + reach), least, most).tolist()
    return Estimate(mean, error, low, high)


def estimate_of_rewards(rewards: Array) -> Estimate:
    """The mean of independent rewards from 0 to 1, with its score interval: it has a width where
    all are the same, too, and is too wide, if anything, where some are partial."""
    mean, z = float(rewards.mean()), normal()
    low, high = (mean + sign * score_reach(mean, len(rewards), z, sign) for sign in (-1, 1))
    return Estimate(mean, standard_error(rewards), low, high)


def standard_error(values: Array, unknown: float = math.nan) -> float:
    """Standard error of the mean of independent values; ``unknown`` for fewer than two."""
    size = len(values)
    return float(values.std(ddof=1)) / math.sqrt(size) if size > 1 else unknown


def normal(level: float = 0.95) -> float:
    """Standard deviations to each side of an interval that holds so much of a normal."""
    return NormalDist().inv_cdf((1 + level) / 2)


def score_reach(share: float, size: float, z: float, sign: int) -> float:
    """How far up, or with sign -1 down, a share may lie from one that so many events told, by the
    score interval (Wilson, *JASA* 1927): none in ten is no certainty."""
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    spread = share * (1 - share) / size + (z / (2 * size)) ** 2
    return sign * (middle - share) + z * math.sqrt(spread) / (1 + z * z / size)


@lru_cache
def student(freedom: int, level: float = 0.95) -> float:
    """How far to each side so much of Student's t lies, to 1e-9.

    For many degrees of freedom by the expansion around the normal, which for fewer is
    where Newton's method begins (Abramowitz & Stegun, *Handbook of Mathematical Functions*,
    1964, 26.7.5 and 26.7.3-4).
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
    """How much of Student's t lies between -t and t."""
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
