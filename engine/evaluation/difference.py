"""How much more one policy would earn than another, on the same log.

Where both would show the same, nothing tells them apart. So what is estimated is only what one
shows more often than the other, event by event, and what the other shows more often instead:

    V1 - V2 = mean of sum over a of (pi1 - pi2)+ r  -  mean of sum over a of (pi2 - pi1)+ r.

Each is a part of a policy, and our own interval holds for it as for a whole one. The least
difference is the low end of the one less the high end of the other, whatever their doubts have in
common: added in quadrature they held less often than they say. That the differences' intervals hold
is measured, not proven: `tests/benchmarks/estimators.py`. Where they are not much narrower than
what a betting sequence says of the same difference, which is proven, that is taken. It bets on

    (1 - D + sum over a of (pi1 - pi2)+ r + (pi2 - pi1)+ (1 - r)) / 2,

with D the sum over a of (pi2 - pi1)+: between 0 and 1 on average, and (1 + V1 - V2) / 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from engine.arrays import Array
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import Betting, Bounds, Interval, Stratified, Weighed
from engine.evaluation.estimators.betting import values
from engine.evaluation.estimators.stratified import narrow_enough
from engine.evaluation.targets import Target


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two targets out of running sums over a log, as an `Estimator` is one.

    Attributes:
        more, less: what the first shows more often than the second, and less often.
        proven: the sequence that bets on half of 1 and the difference, in parts of the bounds.
    """

    more: Stratified = field(default_factory=Stratified)
    less: Stratified = field(default_factory=Stratified)
    proven: Betting = field(default_factory=Betting)

    @classmethod
    def within(cls, bounds: Bounds) -> "Difference":
        """Of rewards with these bounds; of no event yet."""
        return cls(Stratified(bounds), Stratified(bounds))

    def add(self, one: Weighed, other: Weighed) -> "Difference":
        """With so many more events, as each of the targets sees them."""
        beyond, behind = _beyond(one, other), _beyond(other, one)
        proven = self.proven
        if beyond.probabilities is not None and behind.probabilities is not None:
            gained, lost = values(beyond, *self.more.bounds)
            gained_else, lost_else = values(behind, *self.more.bounds)
            proven = proven.told(
                (1 - behind.probabilities.sum(axis=1) + gained + lost_else) / 2,
                (1 - beyond.probabilities.sum(axis=1) + lost + gained_else) / 2,
            )
        return Difference(self.more.add(beyond), self.less.add(behind), proven)

    def __add__(self, other: "Difference") -> "Difference":
        """Of both logs."""
        parts = self.more + other.more, self.less + other.less
        return Difference(*parts, self.proven + other.proven)

    def interval(self, level: float = 0.95) -> Interval | None:
        """How much more the first earns; None without events, and where not all probabilities are
        known."""
        more, less = self.more.alone(level), self.less.alone(level)
        if more is None or less is None:
            return None
        ours = Interval(more.estimate - less.estimate, more.low - less.high, more.high - less.low)
        low, high = self.more.bounds
        halves = self.proven.interval(level)
        proven = halves and Interval(
            *((high - low) * (2 * end - 1) for end in (halves.estimate, halves.low, halves.high))
        )
        # Both ends are added already, so ours has something in reserve.
        share = max(self.more.selection.share, self.less.selection.share) / 4
        return narrow_enough(ours, proven, share)


def difference(
    batches: Iterable[Decisions], one: Target, other: Target, bounds: Bounds = (0.0, 1.0)
) -> Interval | None:
    """How much more a target earns than another, by a log that comes in parts."""
    found = Difference.within(bounds)
    for batch in batches:
        found = found.add(one.weigh(batch), other.weigh(batch))
    return found.interval()


def _beyond(one: Weighed, other: Weighed) -> Weighed:
    """What one target shows more often than another; of no use where either does not tell."""
    log = one.decisions
    if one.probabilities is None or other.probabilities is None:
        return replace(one, probabilities=None)
    beyond: Array = np.maximum(one.probabilities - other.probabilities, 0.0)
    return Weighed(log, beyond[np.arange(len(log)), log.shown] / log.propensity, beyond)
