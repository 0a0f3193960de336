"""Difference of the values of two policies, estimated on the same log.

Events in which both policies have the same probabilities carry no information about the
difference. So the estimate uses only the excess of each policy's probabilities over the other's,
by event:

    V1 - V2 = mean of sum over a of (pi1 - pi2)+ r  -  mean of sum over a of (pi2 - pi1)+ r.

Each term is part of a policy, and the stratified interval holds for a part as for a whole policy.
The lower end of the difference is the low end of the first minus the high end of the second,
without an assumption about their correlation: added in quadrature the intervals covered the truth
less often than stated. The coverage of this interval is measured, not proven:
`tests/benchmarks/estimators.py`. Unless it is much narrower than a betting sequence for the same
difference, which is proven, the betting sequence is used. It bets on

    (1 - D + sum over a of (pi1 - pi2)+ r + (pi2 - pi1)+ (1 - r)) / 2,

with D the sum over a of (pi2 - pi1)+: between 0 and 1 on average, and (1 + V1 - V2) / 2.

A log may hold only the shown action's probability. Then only the weights w1 and w2 are known, and
the ends of both values' intervals are added, or the sequence that bets on

    (w1 r + w2 (1 - r)) / 2,

whose mean is (1 + V1 - V2) / 2, too, is used if it is narrower.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from engine.arrays import Array
from engine.evaluation.estimators import (
    Betting,
    Bounds,
    CressieReadMended,
    Interval,
    Stratified,
    WeightedDecisions,
)
from engine.evaluation.estimators.betting import values
from engine.evaluation.estimators.stratified import narrow_enough
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.offline_evaluation import Tally
from engine.evaluation.target_policies import Target


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference of two targets' values from running sums over a log; immutable like an
    `Estimator`.

    Attributes:
        more, less: excess of the first target over the second, and of the second over the first.
        proven: betting sequence for (1 + difference) / 2, in parts of the bounds.
        first, second: tallies of the two targets by the shown action's probability alone.
    """

    more: Stratified = field(default_factory=Stratified)
    less: Stratified = field(default_factory=Stratified)
    proven: Betting = field(default_factory=Betting)
    first: Tally = field(default_factory=lambda: Tally("first", (CressieReadMended(),)))
    second: Tally = field(default_factory=lambda: Tally("second", (CressieReadMended(),)))

    @classmethod
    def within(cls, bounds: Bounds) -> "Difference":
        """Empty difference for rewards within these bounds."""
        by_weight = (CressieReadMended(bounds),)
        return cls(
            Stratified(bounds),
            Stratified(bounds),
            first=Tally("first", by_weight),
            second=Tally("second", by_weight),
        )

    def add(self, first: WeightedDecisions, second: WeightedDecisions) -> "Difference":
        """Return the difference with further events, weighed by each target."""
        beyond, behind = _beyond(first, second), _beyond(second, first)
        proven = self.proven
        if beyond.probabilities is not None and behind.probabilities is not None:
            gained, lost = values(beyond, *self.more.bounds)
            gained_instead, lost_instead = values(behind, *self.more.bounds)
            proven = proven.with_values(
                (1 - behind.probabilities.sum(axis=1) + gained + lost_instead) / 2,
                (1 - beyond.probabilities.sum(axis=1) + lost + gained_instead) / 2,
            )
        else:
            gained, lost = _weighed(first, self.more.bounds)
            gained_instead, lost_instead = _weighed(second, self.more.bounds)
            proven = proven.with_values((gained + lost_instead) / 2, (lost + gained_instead) / 2)
        tallies = self.first.add(first), self.second.add(second)
        return Difference(self.more.add(beyond), self.less.add(behind), proven, *tallies)

    def __add__(self, other: "Difference") -> "Difference":
        """Merge two parts of a log."""
        parts = self.more + other.more, self.less + other.less, self.proven + other.proven
        return Difference(*parts, self.first + other.first, self.second + other.second)

    @property
    def possible(self) -> Bounds:
        """Smallest and largest possible difference: the excess of one target earns all it can, that
        of the other nothing. Zeros without probabilities of every action."""
        low, high = self.more.bounds
        return (low - high) * self.less.whole, (high - low) * self.more.whole

    def interval(self, level: float = 0.95) -> Interval | None:
        """Interval of the first target's value minus the second's. None without events, if no
        shown action is possible under one of the targets, and if the logged probabilities are
        off."""
        rows = self.first.row(level), self.second.row(level)
        if any(row.is_off or not row.share for row in rows):
            return None
        more, less = self.more.alone(level), self.less.alone(level)
        by_weight = [row.intervals[CressieReadMended.key] for row in rows]
        if more is not None and less is not None:
            reach = sum(tally.reach(level) for tally in (self.first, self.second))
            ours = _apart(more, less, reach)
        elif by_weight[0] is not None and by_weight[1] is not None:
            ours = _apart(by_weight[0], by_weight[1])
        else:
            return None
        # Adding the ends is conservative already, so less of a margin is asked for.
        share = max(self.more.selection.share, self.less.selection.share) / 4
        return narrow_enough(ours, self._proven(level), share)

    def _proven(self, level: float) -> Interval | None:
        halves = self.proven.interval(level)
        if halves is None:
            return None
        low, high = self.more.bounds
        reach = sum(
            max(tally.rounded.of_value(tally.events, bound, level) for bound in (low, high))
            for tally in (self.first, self.second)
        )
        estimate, least, most = (
            (high - low) * (2 * end - 1) for end in (halves.estimate, halves.low, halves.high)
        )
        return Interval(estimate, least - reach, most + reach)


def difference(
    batches: Iterable[Decisions], first: Target, second: Target, bounds: Bounds = (0.0, 1.0)
) -> Interval | None:
    """Interval of a target's value minus another's, by a log in batches; see `Difference`."""
    result = Difference.within(bounds)
    for batch in batches:
        result = result.add(first.weigh(batch), second.weigh(batch))
    return result.interval()


def _apart(first: Interval, second: Interval, reach: float = 0.0) -> Interval:
    """Difference of two values with the ends added, widened by ``reach`` to each side."""
    low, high = first.low - second.high - reach, first.high - second.low + reach
    return Interval(first.estimate - second.estimate, low, high)


def _weighed(weighed: WeightedDecisions, bounds: Bounds) -> tuple[Array, Array]:
    """Weighted rewards, and weighted shortfalls from the largest reward, in parts of the bounds,
    (N,)."""
    low, high = bounds
    reward = (weighed.decisions.reward - low) / (high - low)
    return weighed.weight * reward, weighed.weight * (1 - reward)


def _beyond(first: WeightedDecisions, second: WeightedDecisions) -> WeightedDecisions:
    """Excess of one target's probabilities over another's; without probabilities if either target
    has none."""
    log = first.decisions
    if first.probabilities is None or second.probabilities is None:
        return replace(first, probabilities=None)
    beyond: Array = np.maximum(first.probabilities - second.probabilities, 0.0)
    return WeightedDecisions(log, beyond[np.arange(len(log)), log.shown] / log.propensity, beyond)
