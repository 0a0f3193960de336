"""What was not shown: its mean reward, and the doubt about that.

Each event stands for 1/q - 1 others, in which something else was shown. They tell it of everything,
and by what of it the target would have shown, of that.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators.base import Weighed
from engine.evaluation.intervals import score_reach

SCORE = 0.8
"""Part of the normal quantile that a score interval is asked for, but where there is to be room for
a poor run: with all of it, it is wider than needs be where a learner is right."""


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
