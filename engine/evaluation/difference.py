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

Where a log tells the probability of the shown action alone, weights w1 and w2 are all there is.
Then the ends of both values' intervals are added, or the sequence that bets on

    (w1 r + w2 (1 - r)) / 2,

which is (1 + V1 - V2) / 2 on average, too, is taken where that is narrower.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from engine.arrays import Array
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import (
    Betting,
    Bounds,
    CressieReadMended,
    Interval,
    Stratified,
    Weighed,
)
from engine.evaluation.estimators.betting import values
from engine.evaluation.estimators.stratified import narrow_enough
from engine.evaluation.offline import Tally
from engine.evaluation.targets import Target


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two targets out of running sums over a log, as an `Estimator` is one.

    Attributes:
        more, less: what the first shows more often than the second, and less often.
        proven: the sequence that bets on half of 1 and the difference, in parts of the bounds.
        one, other: both targets by the probability of what was shown alone.
    """

    more: Stratified = field(default_factory=Stratified)
    less: Stratified = field(default_factory=Stratified)
    proven: Betting = field(default_factory=Betting)
    one: Tally = field(default_factory=lambda: Tally("one", (CressieReadMended(),)))
    other: Tally = field(default_factory=lambda: Tally("other", (CressieReadMended(),)))

    @classmethod
    def within(cls, bounds: Bounds) -> "Difference":
        """Of rewards with these bounds; of no event yet."""
        by_weight = (CressieReadMended(bounds),)
        return cls(
            Stratified(bounds),
            Stratified(bounds),
            one=Tally("one", by_weight),
            other=Tally("other", by_weight),
        )

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
        else:
            gained, lost = _weighed(one, self.more.bounds)
            gained_else, lost_else = _weighed(other, self.more.bounds)
            proven = proven.told((gained + lost_else) / 2, (lost + gained_else) / 2)
        tallies = self.one.add(one), self.other.add(other)
        return Difference(self.more.add(beyond), self.less.add(behind), proven, *tallies)

    def __add__(self, other: "Difference") -> "Difference":
        """Of both logs."""
        parts = self.more + other.more, self.less + other.less, self.proven + other.proven
        return Difference(*parts, self.one + other.one, self.other + other.other)

    def interval(self, level: float = 0.95) -> Interval | None:
        """How much more the first earns; None without events, where nothing that was shown would
        be by one of the targets, and where the logged probabilities cannot be right."""
        rows = self.one.row(level), self.other.row(level)
        if any(row.is_off or not row.share for row in rows):
            return None
        more, less = self.more.alone(level), self.less.alone(level)
        by_weight = [row.intervals[CressieReadMended.key] for row in rows]
        if more is not None and less is not None:
            reach = sum(tally.reach(level) for tally in (self.one, self.other))
            ours = _apart(more, less, reach)
        elif by_weight[0] is not None and by_weight[1] is not None:
            ours = _apart(by_weight[0], by_weight[1])
        else:
            return None
        # Both ends are added already, so ours has something in reserve.
        share = max(self.more.selection.share, self.less.selection.share) / 4
        return narrow_enough(ours, self._proven(level), share)

    def _proven(self, level: float) -> Interval | None:
        halves = self.proven.interval(level)
        if halves is None:
            return None
        low, high = self.more.bounds
        reach = sum(
            max(tally.rounded.of_value(tally.events, bound, level) for bound in (low, high))
            for tally in (self.one, self.other)
        )
        estimate, least, most = (
            (high - low) * (2 * end - 1) for end in (halves.estimate, halves.low, halves.high)
        )
        return Interval(estimate, least - reach, most + reach)


def difference(
    batches: Iterable[Decisions], one: Target, other: Target, bounds: Bounds = (0.0, 1.0)
) -> Interval | None:
    """How much more a target earns than another, by a log that comes in parts."""
    found = Difference.within(bounds)
    for batch in batches:
        found = found.add(one.weigh(batch), other.weigh(batch))
    return found.interval()


def _apart(one: Interval, other: Interval, reach: float = 0.0) -> Interval:
    """Difference of two values whose ends are added, so much wider to each side."""
    low, high = one.low - other.high - reach, one.high - other.low + reach
    return Interval(one.estimate - other.estimate, low, high)


def _weighed(weighed: Weighed, bounds: Bounds) -> tuple[Array, Array]:
    """Weighted rewards, and what they miss to the largest, in parts of the bounds, (N,) each."""
    low, high = bounds
    reward = (weighed.decisions.reward - low) / (high - low)
    return weighed.weight * reward, weighed.weight * (1 - reward)


def _beyond(one: Weighed, other: Weighed) -> Weighed:
    """What one target shows more often than another; of no use where either does not tell."""
    log = one.decisions
    if one.probabilities is None or other.probabilities is None:
        return replace(one, probabilities=None)
    beyond: Array = np.maximum(one.probabilities - other.probabilities, 0.0)
    return Weighed(log, beyond[np.arange(len(log)), log.shown] / log.propensity, beyond)
