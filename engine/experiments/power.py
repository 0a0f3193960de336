"""Power analysis: the size of an A/B test of all items of a world, before any data.

Visitors per item by the normal approximation for two means (Fleiss, Levin & Paik, *Statistical
Methods for Rates and Proportions*, 2003, section 4.2), with the two-sided error shared by the
comparisons of one item with all others (Bonferroni).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from engine.worlds import World

ERROR, POWER = 0.05, 0.8
"""Chance of a winner where all items are equal, and of a winner where one is better by `EFFECT`."""
EFFECT = 0.5
"""Difference to be found, as a share of the mean reward of random offers."""


@dataclass(frozen=True, slots=True)
class TrialSize:
    """Size of an A/B test.

    Attributes:
        visitors: in total, over all items.
        difference: mean reward that one item must be ahead, to be found with chance `POWER`.
    """

    visitors: int
    difference: float


def trial_size(world: World, effect: float = EFFECT) -> TrialSize:
    """Visitors that an A/B test of a world's items needs to find a relative effect; two per item
    where nothing is earned, and at least."""
    many, (_, shares, expected) = len(world.items), world.census
    difference = effect * float(shares @ expected.mean(axis=1))
    if not difference:
        return TrialSize(2 * many, 0.0)
    comparisons = max(many - 1, 1)
    quantile = NormalDist().inv_cdf
    reach = quantile(1 - ERROR / (2 * comparisons)) + quantile(POWER)
    each = 2 * reward_variance(world) * (reach / difference) ** 2
    return TrialSize(many * max(2, math.ceil(each)), difference)


def reward_variance(world: World) -> float:
    """Variance of the reward of an item over all visitors, averaged over the items."""
    cells, shares, expected = world.census
    partial = [level for level in world.levels if level.is_partial]
    shares_of = np.array([level.share for level in partial])
    square = float(shares_of @ np.array([level.worth**2 for level in partial]) / shares_of.sum())
    squares = world.outcomes_in(cells) @ np.array([0.0, square, 1.0])
    squares = squares * world.worth**2
    return float((shares @ squares - (shares @ expected) ** 2).mean())
