"""Rewards that were not shown: their mean and its doubt, and how far a target depends on them.

Each event stands for 1/q - 1 others, in which something else was shown. They tell the mean of
everything, and weighted by the target's probabilities, of what it would have shown.
"""

import math
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Weighed
from engine.evaluation.estimators.table import Table
from engine.evaluation.intervals import score_reach

ONCE = 1.0
"""How often, in the whole log, all that is unreached was expected to be shown at most."""
SCORE = 0.8
"""Part of the normal quantile that a score interval is asked for, but where there is to be room for
a poor run: with all of it, it is wider than needs be where a learner is right."""
_MEDIAN_OF_MOST = 0.5264
"""The largest of K normal numbers is on average about where it has this chance to be (Chen &
Tyler, *Expected values of normal order statistics*, 1999)."""


@dataclass(frozen=True, slots=True, eq=False)
class Unshown:
    """Sums over events that tell; ``+`` merges two parts of a log.

    Attributes:
        sums: of g, g² and g times reward, (2, 3), where g is 1/q - 1, for everything; and times the
            target's probability of what was shown, for the target.
    """

    sums: Array = field(default_factory=lambda: np.zeros((2, 3)))

    def add(self, weighed: Weighed, reward: Array) -> "Unshown":
        """With so many more events, whose rewards are in parts of the bounds."""
        q = np.minimum(weighed.decisions.propensity, 1.0)  # Rounded, it may be above.
        rare = np.array([1 / q - 1, weighed.weight * (1 - q)])
        told = np.stack([rare.sum(1), (rare**2).sum(1), rare @ reward], axis=1)
        return Unshown(self.sums + told)

    def __add__(self, other: "Unshown") -> "Unshown":
        return Unshown(self.sums + other.sums)

    def common(self, what: int) -> tuple[float, float]:
        """The mean reward of all that was not shown, with half an event more that earned half, and
        how many events that rests on."""
        total, effective = _mean(self.sums[0])
        mean = (total * effective + 0.25) / (effective + 0.5)
        return mean if what == 0 else 1 - mean, effective + 0.5

    def imagined(
        self, what: int, lent: float, strength: float, z: float, wider: float
    ) -> tuple[float, float, float, float]:
        """The mean reward of what was not shown, and the doubt about it, downwards, upwards, and
        upwards with room for a poor run: by the target's own events, and by all events as far as
        these tell the same. In doubt is as much as chance may have moved it, so much ``wider`` as
        more was not shown than leans on it, or as the target's own events were outvoted, and, as
        far as rates differ, as these tell something else."""
        own, effective = _mean(self.sums[1])
        own = own if what == 0 else 1 - own
        common, events = self.common(what)
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
    """How far chance may have moved a mean of so many events: as the normal distribution has it,
    made wider, or a score interval, whichever is more."""
    plain = wider * z * math.sqrt(mean * (1 - mean) / size)
    return max(plain, score_reach(mean, size, SCORE * z, sign) / SCORE)


def _poor_reach(mean: float, size: float, z: float, sign: int, wider: float) -> float:
    """The same where these may have been a poor run, which lowers the strength, too: by all of a
    score interval, made wider half as much (of its logarithm), and never less."""
    room = math.sqrt(wider) * score_reach(mean, size, z, sign)
    return max(room, _reach(mean, size, z, sign, wider))


def _mean(sums: Array) -> tuple[float, float]:
    """A weighted mean of rewards, and how many events of one weight would tell as much."""
    total, squares, earned = sums.tolist()
    return (min(1.0, earned / total), total**2 / squares) if squares else (0.5, 0.0)


# -- selection: how far a target chooses by context among what was not shown ----------

# What was not shown may be lent to a target that takes it as it comes, such as one action for
# everybody. One that picks the action context by context picks what is better there than most.


def _no_sums() -> Table:
    return Table.empty(4)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Sums over events that tell; ``+`` merges two parts of a log.

    Attributes:
        sums: for each action, of what was not shown of it, 1 - q: all of it; times the chance pi
            with which the target shows it; times pi²; and how many events offered it.
    """

    sums: Table = field(default_factory=_no_sums)

    def add(self, weighed: Weighed) -> "Selection":
        """With so many more events, of which all probabilities are known."""
        log, target = weighed.decisions, weighed.probabilities
        assert target is not None
        assert log.probabilities is not None
        unshown = log.offered - log.probabilities
        parts = (unshown, unshown * target, unshown * target**2, log.offered)
        sums = np.array([part.sum(axis=0) for part in parts], dtype=float)[:, None]
        return Selection(self.sums + Table(("all",), log.actions, sums))

    def __add__(self, other: "Selection") -> "Selection":
        return Selection(self.sums + other.sums)

    @property
    def share(self) -> float:
        """0 for a target that shows each action as often in whatever context; nearly 1 for one
        that always shows another: the variance of pi, as a share of its mean square."""
        if not self.sums.rows:
            return 0.0
        unshown, taken, squares, _ = self._whole
        mean = np.divide(taken**2, unshown, out=np.zeros(len(taken)), where=unshown > 0)
        total = float(squares.sum())
        return max(0.0, 1 - float(mean.sum()) / total) if total > 0 else 0.0

    def advantage(self, events: int) -> float:
        """How many standard deviations the best of what is offered is above the mean."""
        offered = float(self._whole[3].sum()) / events
        return NormalDist().inv_cdf(_MEDIAN_OF_MOST ** (1 / offered))

    @property
    def _whole(self) -> Array:
        return self.sums.sums[:, 0]


# -- what the log could hardly show, so that it tells nothing of it -------------------

# A learner that leaves nothing to chance gives up what it believes to be bad, down to probabilities
# of one in a million. What little it still shows of the rest is what it believes to be better.


def unreached(steps: Table) -> float:
    """How much a target shows, summed up over events, of what was so unlikely that the log was
    expected to show it once at most, all of it together.

    Args:
        steps: how much the target shows, and how much the log was expected to show, as its first
            two sums: a row for all that had about the same chance, the likeliest first.
    """
    wanted, expected = (sums.sum(axis=1)[::-1] for sums in steps.sums[:2])
    return float(wanted[expected.cumsum() <= ONCE].sum())
