"""Offline evaluation: estimated rewards of policies from the log of another policy.

Parts of a log may be added one after the other, or evaluated apart and merged with ``+``: equal to
rounding.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from engine.errors import PersonalizerError
from engine.evaluation.estimators import ESTIMATORS, Bounds, Estimator, Interval, WeightedDecisions
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.rounding_uncertainty import RoundingUncertainty
from engine.evaluation.target_policies import Target

FEW = 30
"""Number of effective events below which no conclusion should be drawn."""

FEW_REWARDS = 10
"""Effective number of rewards below which a mean says little."""
FAR = 5.0
"""Standard errors above 1 at which a mean weight puts the log in doubt."""
_TINY = 1e-6
"""Tolerance of a mean weight above 1."""

UNSEEN = 0.05
"""Share of a target's offers beyond the log's support from which the log is insufficient."""

Doubt = Literal["no_overlap", "little_overlap"]
"""Reason not to read a row: no event supports the target, or fewer than `FEW` effective events
do."""


@dataclass(frozen=True, slots=True)
class Row:
    """Evaluation of one target policy on a log.

    Attributes:
        target: its key.
        events: number of events in the log.
        effective: effective sample size, (sum w)² / sum w².
        rewards: effective number of rewards, (sum wr)² / sum (wr)²; infinite if known to be 0.
        largest: largest weight.
        share: share of the events with a weight above 0.
        mean: mean weight: 1 up to sampling error, if the logged probabilities are right.
        is_off: True if the mean weight exceeds 1 by more than rounding and sampling error: then the
            logged probabilities are wrong.
        intervals: by key of the estimator, with the uncertainty of rounded propensities; None if
            the log is insufficient, and for estimators based on weights that are off.
        doubt: reason not to read the row, or None.
    """

    target: str
    events: int
    effective: float
    rewards: float
    largest: float
    share: float
    mean: float
    is_off: bool
    intervals: Mapping[str, Interval | None]
    doubt: Doubt | None

    @property
    def is_observed(self) -> bool:
        """True if each weight is 1, as those of the logged policy: the value is the mean of the
        logged rewards."""
        return self.share == self.mean == self.largest == 1


@dataclass(frozen=True, slots=True)
class Tally:
    """One target's weights and estimators over a log, or a part of it.

    Attributes:
        target: its key.
        events, weighted: number of events, and of those with a weight above 0.
        unseen: sum of the target's probabilities of actions that could not be shown.
        total, squares, largest: sum, sum of squares and largest of the weights.
        earned, paid: sum of weights times rewards, and of their squares.
        possible: sum of the largest means that the actions can pay, in parts of the bounds.
        unpaid: sum of the target's probabilities of actions that always pay 0.
        estimators: estimators with the events added so far.
        rounded: uncertainty of rounded propensities.
    """

    target: str
    estimators: tuple[Estimator, ...]
    events: int = 0
    weighted: int = 0
    unseen: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    largest: float = 0.0
    earned: float = 0.0
    paid: float = 0.0
    possible: float = 0.0
    unpaid: float = 0.0
    rounded: RoundingUncertainty = field(default_factory=RoundingUncertainty)

    def add(self, weighed: WeightedDecisions) -> "Tally":
        """Return the tally with further events."""
        weight, reward = weighed.weight, weighed.decisions.reward
        return replace(
            self,
            estimators=tuple(estimator.add(weighed) for estimator in self.estimators),
            events=self.events + len(weight),
            weighted=self.weighted + int(np.count_nonzero(weight)),
            unseen=self.unseen + _unseen(weighed),
            total=self.total + float(weight.sum()),
            squares=self.squares + float(weight @ weight),
            largest=max(self.largest, float(weight.max(initial=0.0))),
            earned=self.earned + float(weight @ reward),
            paid=self.paid + float(weight**2 @ reward**2),
            possible=self.possible + _possible(weighed, self.estimators),
            unpaid=self.unpaid + _unpaid(weighed),
            rounded=self.rounded.add(weighed),
        )

    def __add__(self, other: "Tally") -> "Tally":
        merged = zip(self.estimators, other.estimators, strict=True)
        return Tally(
            self.target,
            tuple(mine + theirs for mine, theirs in merged),
            self.events + other.events,
            self.weighted + other.weighted,
            self.unseen + other.unseen,
            self.total + other.total,
            self.squares + other.squares,
            max(self.largest, other.largest),
            self.earned + other.earned,
            self.paid + other.paid,
            self.possible + other.possible,
            self.unpaid + other.unpaid,
            self.rounded + other.rounded,
        )

    @property
    def _effective(self) -> float:
        """Effective sample size: number of events of weight 1 with the same information."""
        return self.total**2 / self.squares if self.squares else 0.0

    @property
    def _rewards(self) -> float:
        """Effective number of rewards other than 0, as of equal products of weight and reward."""
        if self._is_unpaid:
            return math.inf
        return self.earned**2 / self.paid if self.paid else 0.0

    @property
    def _is_unpaid(self) -> bool:
        """True if the target shows only actions that always pay 0."""
        return self.events > 0 and self.unpaid >= self.events * (1 - _TINY)

    @property
    def _is_little(self) -> bool:
        """True if too few events support the target."""
        return self._effective < FEW or self.unseen > UNSEEN * self.events

    @property
    def is_off(self) -> bool:
        """True if the mean weight is above 1 by more than `FAR` standard errors and rounding.
        Below 1 it may stay for a long time, until rare large weights occur."""
        if self._is_little:
            return False
        mean = self.total / self.events
        error = math.sqrt(max(0.0, self.squares / self.events - mean**2) / self.events)
        allowed = _TINY + FAR * error + self.rounded.of_weight(self.events)
        return mean - 1 > allowed

    @property
    def _mean(self) -> float:
        """Weighted mean of the rewards."""
        return self.earned / self.total if self.total else 0.0

    def reach(self, level: float = 0.95) -> float:
        """Half width added for rounded propensities."""
        return self.rounded.of_value(self.events, self._mean, level)

    def interval(self, estimator: Estimator, level: float = 0.95) -> Interval | None:
        """Interval of an estimator, widened for rounding; None if it rests on weights that are
        off; exactly 0 for a target that is never paid."""
        if self._is_unpaid:
            return Interval(0.0, 0.0, 0.0)
        interval = estimator.interval(level)
        if interval is None or estimator.key == "naive":
            return interval
        if self.is_off:
            return None
        low, high = estimator.bounds
        most = low + (high - low) * min(1.0, self.possible / self.events)
        if most < high:
            ends = (interval.estimate, interval.low, interval.high)
            interval = Interval(*(min(end, most) for end in ends))
        if not self.rounded.rounding:
            return interval
        pivots = estimator.pivots(self._mean)
        down, up = (self.rounded.of_value(self.events, pivot, level) for pivot in pivots)
        return replace(
            interval,
            low=max(min(low, interval.low), interval.low - down),
            high=min(max(high, interval.high), interval.high + up),
        )

    def row(self, level: float = 0.95) -> Row:
        """Return the row of estimates for one target policy over the whole log."""
        doubt: Doubt | None = None
        if not self._is_unpaid and (self._is_little or not self.weighted):
            doubt = "little_overlap" if self.weighted else "no_overlap"
        return Row(
            target=self.target,
            events=self.events,
            effective=self._effective,
            rewards=self._rewards,
            largest=self.largest,
            share=self.weighted / self.events if self.events else 0.0,
            mean=self.total / self.events if self.events else 0.0,
            is_off=self.is_off,
            intervals={
                estimator.key: self.interval(estimator, level) for estimator in self.estimators
            },
            doubt=doubt,
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Target policies on a log.

    Attributes:
        bounds: of the rewards.
        tallies: one per target, in the requested order.
        unmatched: number of apprentice events left out, as only matched events can be weighed.
    """

    bounds: Bounds
    tallies: tuple[Tally, ...]
    unmatched: int = 0

    def add(self, log: Decisions, targets: Sequence[Target]) -> "Evaluation":
        """Return the evaluation with another part of the log, for the same targets."""
        _check_rewards(log, self.bounds, self.events)
        pairs = zip(self.tallies, targets, strict=True)
        tallies = tuple(tally.add(target.weigh(log)) for tally, target in pairs)
        return Evaluation(self.bounds, tallies, self.unmatched + log.unmatched)

    def __add__(self, other: "Evaluation") -> "Evaluation":
        """Merge two parts of a log, with the same targets, estimators and bounds."""
        pairs = zip(self.tallies, other.tallies, strict=True)
        tallies = tuple(mine + theirs for mine, theirs in pairs)
        return Evaluation(self.bounds, tallies, self.unmatched + other.unmatched)

    @property
    def events(self) -> int:
        """Number of events evaluated."""
        return self.tallies[0].events if self.tallies else 0

    def rows(self, level: float = 0.95) -> Sequence[Row]:
        """Row of each target."""
        return [tally.row(level) for tally in self.tallies]


def evaluate(
    batches: Iterable[Decisions],
    targets: Sequence[Target],
    estimators: Sequence[type[Estimator]] = ESTIMATORS,
    bounds: Bounds = (0.0, 1.0),
) -> Evaluation:
    """Evaluate targets on a log in batches.

    ``BadRequest`` for a reward outside of ``bounds``, and for a log without an event.
    """
    return with_events(evaluate_part(batches, targets, estimators, bounds))


def evaluate_part(
    batches: Iterable[Decisions],
    targets: Sequence[Target],
    estimators: Sequence[type[Estimator]] = ESTIMATORS,
    bounds: Bounds = (0.0, 1.0),
) -> Evaluation:
    """Evaluate targets on a part of a log, which may be empty; see `evaluate`."""
    tallies = (
        Tally(target.key, tuple(estimator(bounds) for estimator in estimators))
        for target in targets
    )
    evaluation = Evaluation(bounds, tuple(tallies))
    for batch in batches:
        evaluation = evaluation.add(batch, targets)
    return evaluation


def with_events(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation; ``BadRequest`` if it has no event."""
    if not evaluation.events:
        raise PersonalizerError("BadRequest", "The log has no event to evaluate.", "log")
    return evaluation


def bounds_of(log: Decisions) -> Bounds:
    """Bounds of the rewards: 0 to 1, extended to the rewards in the log."""
    return min(0.0, float(log.reward.min(initial=0))), max(1.0, float(log.reward.max(initial=1)))


def _possible(weighed: WeightedDecisions, estimators: Sequence[Estimator]) -> float:
    """Sum over the events of the largest mean reward of the target, in parts of the bounds."""
    log, target = weighed.decisions, weighed.probabilities
    if log.largest is None or target is None or not estimators:
        return float(len(log))
    return float((target @ log.shares(estimators[0].bounds)).sum())


def _unpaid(weighed: WeightedDecisions) -> float:
    """Sum of the target's probabilities of actions whose largest reward is 0; 0 if unknown."""
    largest, target = weighed.decisions.largest, weighed.probabilities
    if largest is None or target is None or (weighed.decisions.reward < 0).any():
        return 0.0
    return float(target[:, largest == 0].sum())


def _unseen(weighed: WeightedDecisions) -> float:
    """Sum of the target's probabilities of actions with a logged probability of 0; 0 if unknown."""
    log, target = weighed.decisions, weighed.probabilities
    if target is None or log.probabilities is None:
        return 0.0
    return float(target[log.probabilities == 0].sum())


def _check_rewards(log: Decisions, bounds: Bounds, before: int) -> None:
    """Refuse a reward out of bounds, by its number after ``before`` earlier events."""
    low, high = bounds
    valid = (low <= log.reward) & (log.reward <= high)
    if not valid.all():
        first = int(np.argmin(valid))
        value = log.reward[first]
        number = before + first + 1
        sentence = f"Event {number:,}: the reward is {value:g}, but must be {low:g} to {high:g}."
        raise PersonalizerError("BadRequest", sentence, "log")
