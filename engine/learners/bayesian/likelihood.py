"""Predictive densities of rewards, of which the evidence is made.

While all rewards are 0 or 1 they are Bernoulli for every learner. The probability of a 1 is the
learner's mean, limited by a quarter of its noise variance v: a learner with little noise may be
nearly certain, a learner with much noise may not,

    (16)  log p if r = 1, else log(1 - p),    p = min(max(mean, v / 4), 1 - v / 4),

with v / 4 at most 1/2, where a fair coin is expected.

Under a normal density every reward of a rare click would be a surprise, and misfit would look like
a change of tastes. Other rewards are normal, with the variances of the noise and of the learner's
doubt; to a learner that learns both variances they are Student's t (20).

The prior and the noise of hypotheses are in units of a fair coin's standard deviation. The actual
unit is fitted to the first rewards: for clicks of 1 %, or rewards between .4 and .6, doubt is
smaller accordingly. Later rewards do not count: they become more alike as choices improve, without
information about actions not chosen. Means do not depend on the unit.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.arrays import Array
from engine.learners.learned_state import Learned

COIN = 0.25
"""Variance of a fair coin, assumed before the first reward."""
UNIT_REWARDS = 100
"""Number of first rewards that determine the unit of variances."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A reward with facts about those before it: whether all are 0 or 1, and the unit of
    variances."""

    reward: float
    binary: bool = False
    unit: float = 1.0

    def log_density(self, mean: float, noise: float, doubt: float) -> float:
        """See the function `log_density`; variances are in the unit."""
        unit = self.unit
        return log_density(self.reward, mean, unit * noise, unit * doubt, self.binary)

    def log_density_learned(
        self, mean: float, noise: float, doubt: float, scale: float, freedom: int
    ) -> float:
        """`log_density` for a learner of the noise: Student's t with ``freedom`` degrees of
        freedom, and variances multiplied by the scale."""
        if self.binary:
            return self.log_density(mean, noise, doubt)
        wide, away = self.unit * scale * (noise + doubt), self.reward - mean
        return (
            math.lgamma((freedom + 1) / 2)
            - math.lgamma(freedom / 2)
            - 0.5 * math.log(freedom * math.pi * wide)
            - 0.5 * (freedom + 1) * math.log1p(away * away / (freedom * wide))
        )

    def excess(self, mean: float, wide: float) -> float:
        """delta^2 / nu - 1 of (20): relative excess of a squared innovation over its variance, in
        the unit; 0 for a Bernoulli reward, whose variance follows from its mean."""
        if self.binary:
            return 0.0
        away = self.reward - mean
        return away * away / (self.unit * wide) - 1.0


def log_density(reward: float, mean: float, noise: float, doubt: float, binary: bool) -> float:
    """Predictive log density of a reward, by mean, variance of the noise, and variance of the
    doubt."""
    if binary:
        least = min(noise / 4, 0.5)
        chance = min(max(mean, least), 1 - least)  # (16)
        return math.log(chance if reward else 1 - chance)
    wide, away = noise + doubt, reward - mean
    return -0.5 * (math.log(2 * math.pi * wide) + away * away / wide)


def log_densities(reward: float, mean: Array, noise: Array, doubt: Array, binary: bool) -> Array:
    """`log_density` for several learners, (S,)."""
    if binary:
        least = np.minimum(noise / 4, 0.5)
        chance = np.minimum(np.maximum(mean, least), 1 - least)  # (16)
        return np.asarray(np.log(chance if reward else 1 - chance))
    wide = noise + doubt
    return np.asarray(-0.5 * (np.log(2 * np.pi * wide) + (reward - mean) ** 2 / wide))


class RewardHistory(Learned):
    """Summary of all rewards so far, without contexts and actions.

    Attributes:
        count, total, squares: number, sum, and sum of squares.
        binary: whether each reward was 0 or 1.
        unit: variance of the first `UNIT_REWARDS` as a multiple of a fair coin's.
        most: largest absolute value, at least 1: single rewards are -1 to 1, but may add up.
    """

    STATE = ("count", "total", "squares", "binary", "unit", "most")

    def __init__(self) -> None:
        self.count, self.total, self.squares = 0, 0.0, 0.0
        self.binary, self.unit, self.most = True, 1.0, 1.0

    @property
    def mean(self) -> float:
        """Mean, with one half as one more reward."""
        return (self.total + 0.5) / (self.count + 1)

    @cached_property
    def variance(self) -> float:
        """Variance, with that of a fair coin as one more reward."""
        spread = self.squares - 2 * self.mean * self.total + self.count * self.mean**2
        return (max(spread, 0.0) + COIN) / (self.count + 1)

    def observe(self, reward: float) -> Observation:
        """Describe a new reward for learners, without counting it."""
        return Observation(reward, self.binary and reward in (0.0, 1.0), self.unit)

    def log_density(self, reward: float) -> float:
        """Log density of a new reward by this summary alone. Unless all rewards are 0 or 1, it is
        half a normal density and half a uniform one over the largest size so far, for the sake of
        rare large rewards."""
        if self.binary and reward in (0.0, 1.0):
            return math.log(self.mean if reward else 1 - self.mean)
        known = log_density(reward, self.mean, self.variance, 0.0, binary=False)
        anything = -math.log(2 * max(self.most, abs(reward)))
        return log_sum(known, anything) - math.log(2)

    def add(self, reward: float) -> None:
        """Count a reward."""
        self.count += 1
        self.total += reward
        self.squares += reward * reward
        self.binary &= reward in (0.0, 1.0)
        self.most = max(self.most, abs(reward))
        self.__dict__.pop("variance", None)
        if self.count <= UNIT_REWARDS:
            self.unit = self.variance / COIN


def log_sum(first: float, second: float) -> float:
    """Logarithm of a sum of two numbers given by their logarithms."""
    high, low = max(first, second), min(first, second)
    return high + math.log1p(math.exp(low - high))
