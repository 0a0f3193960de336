"""Offline evaluation: what policies would have earned, by the log of another.

Parts of a log may be told one after the other, or apart and merged with ``+``: the same to
rounding.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from engine.errors import PersonalizerError
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import ESTIMATORS, Bounds, Estimator, Interval, Weighed
from engine.evaluation.rounding_doubt import RoundingDoubt
from engine.evaluation.targets import Target

FEW = 30
"""Effective events below which nothing should be concluded."""

FAR = 5.0
"""How many standard errors a mean weight is above 1 before a log is doubted."""
_TINY = 1e-6
"""How far above 1 it may be in any case."""

UNSEEN = 0.05
"""Share of a target's offers that the log could never show, from which it tells too little."""

Doubt = Literal["no_overlap", "little_overlap"]
"""Why a row should not be read: nothing was ever shown that the target would show; or so seldom
that it comes to fewer than `FEW` events."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a log tells of one target policy.

    Attributes:
        target: its key.
        events: how many the log has.
        effective: how many events of weight 1 would tell as much, (sum w)² / sum w².
        largest: the largest weight.
        share: of the events that have a weight above 0.
        mean: of the weights: 1, but for chance, if the logged probabilities are right.
        is_off: whether it is above 1 by more than rounding and chance explain: then they are not.
        intervals: by the keys of the estimators, with the doubt that comes from rounded
            propensities; None where the log does not say enough, and for whatever rests on weights
            that are off.
        doubt: why it should not be read, if so.
    """

    target: str
    events: int
    effective: float
    largest: float
    share: float
    mean: float
    is_off: bool
    intervals: Mapping[str, Interval | None]
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class Tally:
    """One target's weights and estimators over a log, or a part of one.

    Attributes:
        target: its key.
        events, weighted: how many, and how many of them with a weight above 0.
        unseen: how likely the target was to show what could not be shown, summed up.
        total, squares, largest: of the weights.
        earned: the sum of weights times rewards.
        estimators: with all that they were told.
        rounded: the doubt that comes from rounded propensities.
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
    rounded: RoundingDoubt = field(default_factory=RoundingDoubt)

    def add(self, weighed: Weighed) -> "Tally":
        """With so many more events."""
        weight = weighed.weight
        return replace(
            self,
            estimators=tuple(one.add(weighed) for one in self.estimators),
            events=self.events + len(weight),
            weighted=self.weighted + int(np.count_nonzero(weight)),
            unseen=self.unseen + _unseen(weighed),
            total=self.total + float(weight.sum()),
            squares=self.squares + float(weight @ weight),
            largest=max(self.largest, float(weight.max(initial=0.0))),
            earned=self.earned + float(weight @ weighed.decisions.reward),
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
            self.rounded + other.rounded,
        )

    @property
    def _effective(self) -> float:
        """Number of events of weight 1 that would tell as much."""
        return self.total**2 / self.squares if self.squares else 0.0

    @property
    def _is_little(self) -> bool:
        """Whether too few events tell of the target."""
        return self._effective < FEW or self.unseen > UNSEEN * self.events

    @property
    def is_off(self) -> bool:
        """Whether the mean weight is above 1 by more than `FAR` standard errors and what rounding
        explains. Below 1 it may be for a long time, until rare large weights come."""
        if self._is_little:
            return False
        mean = self.total / self.events
        error = math.sqrt(max(0.0, self.squares / self.events - mean**2) / self.events)
        allowed = _TINY + FAR * error + self.rounded.of_weight(self.events)
        return mean - 1 > allowed

    @property
    def _mean(self) -> float:
        """Mean of the rewards, weighted."""
        return self.earned / self.total if self.total else 0.0

    def reach(self, level: float = 0.95) -> float:
        """Half width of the doubt that comes from rounded propensities."""
        return self.rounded.of_value(self.events, self._mean, level)

    def interval(self, estimator: Estimator, level: float = 0.95) -> Interval | None:
        """Interval of one of the estimators, with the doubt that comes from rounding; None where
        it rests on weights that are off."""
        found = estimator.interval(level)
        if found is None or estimator.key == "naive":
            return found
        if self.is_off:
            return None
        if not self.rounded.rounding:
            return found
        low, high = estimator.bounds
        pivots = estimator.pivots(self._mean)
        down, up = (self.rounded.of_value(self.events, pivot, level) for pivot in pivots)
        return replace(
            found,
            low=max(min(low, found.low), found.low - down),
            high=min(max(high, found.high), found.high + up),
        )

    def row(self, level: float = 0.95) -> Row:
        """Return the row of estimates for one target policy over the whole log."""
        doubt: Doubt | None = "little_overlap" if self._is_little else None
        return Row(
            target=self.target,
            events=self.events,
            effective=self._effective,
            largest=self.largest,
            share=self.weighted / self.events if self.events else 0.0,
            mean=self.total / self.events if self.events else 0.0,
            is_off=self.is_off,
            intervals={one.key: self.interval(one, level) for one in self.estimators},
            doubt=doubt if self.weighted else "no_overlap",
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Target policies on a log.

    Attributes:
        bounds: of the rewards.
        tallies: one a target, in the order in which they were asked for.
        unmatched: apprentice events that were left out, as only matched ones can be weighed.
    """

    bounds: Bounds
    tallies: tuple[Tally, ...]
    unmatched: int = 0

    def add(self, log: Decisions, targets: Sequence[Target]) -> "Evaluation":
        """With another part of the log, by the same targets."""
        _check_rewards(log, self.bounds, self.events)
        pairs = zip(self.tallies, targets, strict=True)
        tallies = tuple(tally.add(target.weigh(log)) for tally, target in pairs)
        return Evaluation(self.bounds, tallies, self.unmatched + log.unmatched)

    def __add__(self, other: "Evaluation") -> "Evaluation":
        """Of two logs, by the same targets, estimators and bounds."""
        pairs = zip(self.tallies, other.tallies, strict=True)
        tallies = tuple(mine + theirs for mine, theirs in pairs)
        return Evaluation(self.bounds, tallies, self.unmatched + other.unmatched)

    @property
    def events(self) -> int:
        """How many events it rests on."""
        return self.tallies[0].events if self.tallies else 0

    def rows(self, level: float = 0.95) -> Sequence[Row]:
        """What the log tells of each target."""
        return [tally.row(level) for tally in self.tallies]


def evaluate(
    batches: Iterable[Decisions],
    targets: Sequence[Target],
    estimators: Sequence[type[Estimator]] = ESTIMATORS,
    bounds: Bounds = (0.0, 1.0),
) -> Evaluation:
    """What each target would have earned, by a log that comes in parts.

    ``BadRequest`` for a reward outside of ``bounds``, and for a log without an event.
    """
    return with_events(evaluate_part(batches, targets, estimators, bounds))


def evaluate_part(
    batches: Iterable[Decisions],
    targets: Sequence[Target],
    estimators: Sequence[type[Estimator]] = ESTIMATORS,
    bounds: Bounds = (0.0, 1.0),
) -> Evaluation:
    """The same for a part of a log, which may have no event."""
    tallies = (Tally(target.key, tuple(one(bounds) for one in estimators)) for target in targets)
    found = Evaluation(bounds, tuple(tallies))
    for batch in batches:
        found = found.add(batch, targets)
    return found


def with_events(evaluation: Evaluation) -> Evaluation:
    """An evaluation, or ``BadRequest`` if it rests on no event."""
    if not evaluation.events:
        raise PersonalizerError("BadRequest", "The log has no event to evaluate.", "log")
    return evaluation


def bounds_of(log: Decisions) -> Bounds:
    """0 to 1, or as far beyond as a reward has been seen."""
    return min(0.0, float(log.reward.min(initial=0))), max(1.0, float(log.reward.max(initial=1)))


def _unseen(weighed: Weighed) -> float:
    """How likely the target was to show what the log could not, summed up; 0 where that is not
    known."""
    log, target = weighed.decisions, weighed.probabilities
    if target is None or log.probabilities is None:
        return 0.0
    return float(target[log.probabilities == 0].sum())


def _check_rewards(log: Decisions, bounds: Bounds, before: int) -> None:
    """Refuse a reward out of bounds, by its number after those of the parts ``before``."""
    low, high = bounds
    good = (low <= log.reward) & (log.reward <= high)
    if not good.all():
        first = int(np.argmin(good))
        value = log.reward[first]
        number = before + first + 1
        sentence = f"Event {number:,}: the reward is {value:g}, but must be {low:g} to {high:g}."
        raise PersonalizerError("BadRequest", sentence, "log")
