"""Rewards not shown: their mean with its uncertainty, and the dependence of a target on them.

Each event represents 1/q - 1 visits in which another action was shown. With these weights events
estimate the mean reward of every action not shown; weighted by the target's probabilities as well,
that of the actions the target would have shown.
"""

import math
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import WeightedDecisions
from engine.evaluation.estimators.mergeable_sums import SumTable
from engine.evaluation.mean_intervals import score_reach

ONCE = 1.0
"""Largest expected number of times that the log showed any unreached offer."""
SCORE = 0.8
"""Part of the normal quantile used for a score interval without room for an unlucky run: the full
quantile is wider than necessary if a learner is right."""
_MEDIAN_OF_MOST = 0.5264
"""Probability below the mean of the largest of K normal numbers, to the power of 1/K,
approximately (Chen & Tyler, *Expected values of normal order statistics*, 1999)."""


@dataclass(frozen=True, slots=True, eq=False)
class CounterfactualRewards:
    """Sums over events about rewards not shown; ``+`` merges two parts of a log.

    Attributes:
        sums: of g, g² and g times reward, (2, 3), with g = 1/q - 1 in the first row, for every
            action, and g times the target's probability of the shown action in the second.
    """

    sums: Array = field(default_factory=lambda: np.zeros((2, 3)))

    def add(self, weighed: WeightedDecisions, reward: Array) -> "CounterfactualRewards":
        """Return the sums with further events, whose rewards are in parts of the bounds."""
        q = np.minimum(weighed.decisions.propensity, 1.0)  # A rounded propensity may exceed 1.
        rare = np.array([1 / q - 1, weighed.weight * (1 - q)])
        added = np.stack([rare.sum(1), (rare**2).sum(1), rare @ reward], axis=1)
        return CounterfactualRewards(self.sums + added)

    def __add__(self, other: "CounterfactualRewards") -> "CounterfactualRewards":
        return CounterfactualRewards(self.sums + other.sums)

    def common(self, side: int) -> tuple[float, float]:
        """Mean reward of everything not shown, or 1 minus it for side 1, after adding half an event
        that earned 1/2; and its effective number of events."""
        total, effective = _mean(self.sums[0])
        mean = (total * effective + 0.25) / (effective + 0.5)
        return mean if side == 0 else 1 - mean, effective + 0.5

    def imagined(
        self, side: int, lent: float, strength: float, z: float, wider: float
    ) -> tuple[float, float, float, float]:
        """Mean reward of the imaginary events, and the size of its error.

        The mean blends two means of rewards not shown: the target's own, and that of the whole log,
        which counts as up to ``lent`` + 1 events, fewer the more the two differ.

        Args:
            side: 0 for rewards, 1 for 1 - reward.
            strength: number of imaginary events; the larger, the less a disagreement counts.
            z: normal quantile of the interval.
            wider: factor on the sampling error.

        Returns:
            the mean, and distances from it to the lower end, to the upper end, and to the upper end
            with room for an unlucky run.
        """
        own, effective = _mean(self.sums[1])
        own = own if side == 0 else 1 - own
        common, events = self.common(side)
        scatter = max(common * (1 - common), own * (1 - own))
        agreement = math.exp(-((own - common) ** 2) * effective / (2 * scatter))
        lent = 1 + lent * agreement
        mean = (own * effective + common * lent) / (effective + lent)
        apart = (1 - agreement) * (own - common) ** 2 / math.sqrt(strength)
        down, up, poor = (
            math.hypot(
                max(
                    reach(mean, effective + lent, z, sign, wider),
                    reach(common, events, z, sign, wider),
                    z * abs(mean - own),
                ),
                z * math.sqrt(apart),
            )
            for reach, sign in ((_reach, -1), (_reach, 1), (_poor_reach, 1))
        )
        return mean, min(mean, down), up, poor


def _reach(mean: float, size: float, z: float, sign: int, wider: float) -> float:
    """Half width for a mean of so many events: normal and widened, or that of a score interval,
    whichever is larger."""
    plain = wider * z * math.sqrt(mean * (1 - mean) / size)
    return max(plain, score_reach(mean, size, SCORE * z, sign) / SCORE)


def _poor_reach(mean: float, size: float, z: float, sign: int, wider: float) -> float:
    """`_reach` with room for an unlucky run, which lowers the strength, too: at least a full score
    interval times the square root of ``wider``."""
    room = math.sqrt(wider) * score_reach(mean, size, z, sign)
    return max(room, _reach(mean, size, z, sign, wider))


def _mean(sums: Array) -> tuple[float, float]:
    """Weighted mean of rewards, and its effective number of events."""
    total, squares, earned = sums.tolist()
    return (min(1.0, earned / total), total**2 / squares) if squares else (0.5, 0.0)


# -- selection: a target's choice by context among actions not shown ------------------

# A target that ignores the context, such as one action for every visitor, may borrow the mean of
# the rewards not shown. A target that picks by context picks actions that are better there than
# most.


def _no_sums() -> SumTable:
    return SumTable.empty(4)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Sums over events about a target's choice by context; ``+`` merges two parts of a log.

    Attributes:
        sums: four per action: of 1 - q, the part not shown; of that times the target's probability
            pi; of that times pi²; and the number of events that offered it.
    """

    sums: SumTable = field(default_factory=_no_sums)

    def add(self, weighed: WeightedDecisions) -> "Selection":
        """Return the sums with further events, whose probabilities are known for every action."""
        log, target = weighed.decisions, weighed.probabilities
        assert target is not None
        assert log.probabilities is not None
        unshown = log.offered - log.probabilities
        parts = (unshown, unshown * target, unshown * target**2, log.offered)
        sums = np.array([part.sum(axis=0) for part in parts], dtype=float)[:, None]
        return Selection(self.sums + SumTable(("all",), log.actions, sums))

    def __add__(self, other: "Selection") -> "Selection":
        return Selection(self.sums + other.sums)

    @property
    def share(self) -> float:
        """Variance of pi as a share of its mean square: 0 for a target with the same probabilities
        in every context, nearly 1 for a target that always picks another action."""
        if not self.sums.rows:
            return 0.0
        unshown, taken, squares, _ = self._whole
        mean = np.divide(taken**2, unshown, out=np.zeros(len(taken)), where=unshown > 0)
        total = float(squares.sum())
        return max(0.0, 1 - float(mean.sum()) / total) if total > 0 else 0.0

    def advantage(self, events: int) -> float:
        """Standard deviations between the best offered action and the mean."""
        offered = float(self._whole[3].sum()) / events
        return NormalDist().inv_cdf(_MEDIAN_OF_MOST ** (1 / offered))

    @property
    def _whole(self) -> Array:
        return self.sums.sums[:, 0]


# -- offers that the log could hardly show --------------------------------------------

# A learner without exploration drops actions believed to be bad, down to probabilities of one in a
# million. The few unlikely offers that it still shows are those believed to be better.


def unreached(steps: SumTable) -> float:
    """Sum of the target's probabilities of offers that the log, in total, was expected to show at
    most `ONCE`.

    Args:
        steps: its first two sums are the target's probabilities and the log's; a row per
            probability stratum, the most probable first.
    """
    of_target, expected = (sums.sum(axis=1)[::-1] for sums in steps.sums[:2])
    return float(of_target[expected.cumsum() <= ONCE].sum())
