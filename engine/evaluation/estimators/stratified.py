"""Stratified interval of this project: valid on logs of learners, and narrow enough to be useful.

Published intervals fail on such logs: an action dropped by a learner is shown once in hundreds of
visits. Its few large weights either make the interval useless or have not occurred yet, and unseen
rewards count as certain. Here no weight is ever large:

1. Events are compared within strata. In each context an action has an *exposure*, the sum of its
   probabilities, and *successes*, the rewards earned. Its rate is successes / exposure, and the
   interval comes from a likelihood ratio, not from a variance
   (`engine.evaluation.estimators.profile_likelihood`): an action never shown has an exposure, too.
2. In each context each action gets imaginary events, a multiple of 1 - q whose factor maximises the
   likelihood of the spread of rates, at most the number of its events: a learner drops actions
   after early failures, so raw rates are too low. Imaginary events earn the mean reward *not*
   shown, estimated by weights 1/q - 1: of the target's actions, and of every action, as far as the
   two agree. If a learner was right to leave an action out, this mean is low, and so is the
   possible reward of the unseen.
3. Each end of the interval adds three errors in quadrature: of the rates (likelihood), of the
   visitors sampled, and of the mean not shown. The last reaches upwards as far as a score interval,
   since a few events without a success say little, and downwards by the mean at most. The upper end
   has room for an unlucky run, unless the rates predict more reward not shown than that mean.
4. A target that picks actions by context may pick better ones than the average not shown: it
   borrows fewer events, the more rates differ (`Selection`). And unless the interval is much
   narrower than the betting sequence's, which is proven, the betting sequence is used.
5. Offers that the log could hardly show (`unreached`) may have earned 0: a learner dropped them for
   being worse than the offers behind the mean not shown.

Rewards are counted in parts of the largest that each action can pay, if `Decisions.largest` tells
it, and as successes or as failures, whichever are rarer. If contexts have only a few
events each, events with similar probabilities form the strata instead. Equation numbers refer to
``engine/evaluation/README.md``. The coverage is measured, not proven, by
`tests/benchmarks/estimators.py` and `greedy_logs.py` there: tuned on some seeds of coffee, news
and shop and some logs of a greedy learner, and reported on other seeds, worlds and logs.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.estimators.base import Estimator, Interval, WeightedDecisions
from engine.evaluation.estimators.betting import Betting
from engine.evaluation.estimators.mergeable_sums import SumTable
from engine.evaluation.estimators.profile_likelihood import Rates, log_gamma
from engine.evaluation.estimators.unshown_action_rewards import (
    CounterfactualRewards,
    Selection,
    unreached,
)
from engine.evaluation.mean_intervals import normal

MOST_CONTEXTS = 4096
"""Number of contexts above which events are not stratified by context."""
ENOUGH = 3
"""Mean number of events per context needed to stratify by context."""
LENT = 25
"""Events borrowed from the whole log by a target whose own events have the same mean; where fewer
than one of them earns a reward, up to as many as earn one, if rates differ little."""
PICKED = 2.0
"""Factor on the distance from the mean to the best offered action, for the picks of a target."""
OVERRATED = 3.0
"""Factor by which the upper end drops, within the room for an unlucky run, if rates overstate the
reward not shown."""
MOST_WIDER = 4.0
"""Largest factor on the uncertainty of the mean not shown, as less of it rests on imaginary
events: observed rates are too low for actions that a learner dropped early."""
_STEPS = 64
"""Number of probability strata; each covers a factor of 2."""
_STEP_NAMES = tuple(map(str, range(_STEPS + 1)))
_STRENGTHS = tuple(2.0**power for power in range(9))
"""Numbers of imaginary events compared by likelihood."""
_SOME = 1e-9
"""Minimum number of imaginary events, to keep logarithms finite."""


def _merged(first: SumTable | None, second: SumTable | None) -> SumTable | None:
    """Sum of two tables of contexts; None for too many contexts."""
    if first is None or second is None:
        return None
    both = first + second
    return both if len(both.rows) <= MOST_CONTEXTS else None


def narrow_enough(stratified: Interval, proven: Interval | None, share: float) -> Interval:
    """Choose between the stratified and the proven interval, by width.

    The stratified interval must be narrower: at least five times for a target that always picks
    (`Selection.share` 1), by any amount for a target that never does. The estimate stays the
    stratified one, clipped to the proven interval: the mean of a betting sequence depends on
    single large weights.
    """
    if proven is None or stratified.width * (1 + 4 * share) <= proven.width:
        return stratified
    return replace(proven, estimate=min(max(stratified.estimate, proven.low), proven.high))


def _merged_bets(first: Betting | None, second: Betting | None) -> Betting | None:
    """Merge the sequences of two parts of a log; None is a part without events."""
    return first + second if first is not None and second is not None else first or second


def _empty() -> SumTable:
    return SumTable.empty(5)


@dataclass(frozen=True, slots=True, eq=False)
class Stratified(Estimator):
    """Success rates by context and action, weighted by the target's probabilities.

    Both tables hold five sums per action: the target's probabilities, the exposure, the rewards
    earned, the shortfalls from the largest reward, and the number of events that offered it.

    Attributes:
        events: number of events.
        contexts: table with a row per context; None for too many contexts.
        steps: table with a row per probability stratum.
        unshown: sums about the rewards not shown.
        selection: sums about the target's picking by context.
        proven: the betting sequence; None without events.
        unknown: number of events without probabilities of every action.
    """

    key = "strata"

    events: int = 0
    contexts: SumTable | None = field(default_factory=_empty, metadata={"merge": _merged})
    steps: SumTable = field(default_factory=_empty)
    unshown: CounterfactualRewards = field(default_factory=CounterfactualRewards)
    selection: Selection = field(default_factory=Selection)
    proven: Betting | None = field(default=None, metadata={"merge": _merged_bets})
    unknown: int = 0

    def add(self, weighed: WeightedDecisions) -> Self:
        log, target = weighed.decisions, weighed.probabilities
        if target is None or log.probabilities is None:
            return replace(self, unknown=self.unknown + len(log))
        limited, reward = _in_parts(weighed, self.bounds)
        steps = -np.frexp(np.maximum(log.probabilities, 2.0**-_STEPS))[1] + 1
        by_step = _sums(limited, reward, steps, _STEPS + 1)
        return replace(
            self,
            events=self.events + len(log),
            contexts=_merged(self.contexts, _by_context(limited, reward)),
            steps=self.steps + SumTable(_STEP_NAMES, log.actions, by_step),
            unshown=self.unshown.add(limited, reward),
            selection=self.selection.add(limited),
            proven=(self.proven or Betting(self.bounds)).add(weighed),
        )

    def pivots(self, mean: float) -> tuple[float, float]:
        stratified, proven = self.alone(), self.proven
        is_proven = stratified is not None and proven is not None and self.interval() != stratified
        return self.bounds if is_proven else (mean, mean)

    def interval(self, level: float = 0.95) -> Interval | None:
        stratified = self.alone(level)
        if stratified is None or self.proven is None:
            return stratified
        return narrow_enough(stratified, self.proven.interval(level), self.selection.share)

    def alone(self, level: float = 0.95) -> Interval | None:
        """Stratified interval without regard to the proven one; also for a part of a policy."""
        if self.unknown or not self.events:
            return None
        result, whole = self._counting(0, level), self.whole
        if result.estimate > whole / 2:
            missed = self._counting(1, level)
            result = Interval(*(whole - end for end in (missed.estimate, missed.high, missed.low)))
        low, high = self.bounds
        ends = (result.estimate, max(0.0, result.low), min(whole, result.high))
        return Interval(*(low + (high - low) * end for end in ends))

    @property
    def whole(self) -> float:
        """Largest possible mean in parts of the bounds: 1 for a policy, less for a part of one and
        for actions that pay less; 0 without events."""
        if not self.events:
            return 0.0
        return float(self.steps.sums[0].sum()) / self.events

    def _counting(self, side: int, level: float) -> Interval:
        """Interval in parts of the bounds, from rewards earned (0) or missed (1)."""
        contexts = self.contexts
        enough = contexts is not None and self.events >= ENOUGH * len(contexts.rows)
        table = contexts if contexts is not None and enough else self.steps
        used, z = table.used, normal(level)
        weights, exposures, *counts, visits = table.sums[:, used]
        strength = self._strength(table, side)
        imagined = np.maximum(np.minimum(strength, visits) * (1 - exposures / visits), _SOME)
        weights = weights / self.events
        unshown = float(weights @ (1 - exposures / visits))
        leaning = float(weights @ (imagined / (exposures + imagined)))
        wider = min(MOST_WIDER, max(1.0, unshown / leaning)) if leaning else 1.0
        mean, down, up, poor = self.unshown.imagined(
            side, self._lent(strength, side), strength, z, wider
        )
        successes = counts[side] + imagined * mean
        rates = Rates(weights, exposures + imagined, successes)  # (17)
        best = rates.best
        estimate = rates.total(best)
        earned = best if side == 0 else 1 - best
        overrated = max(0.0, float(weights * (1 - exposures / visits) @ best) - unshown * mean)
        lower = OVERRATED * (1 - self.selection.share) * overrated
        between = self._between(table, earned, by_row=enough) - rates.total(earned) ** 2
        chance = z * math.sqrt(max(0.0, between) / self.events)
        down, up, poor = (
            math.hypot(rates.bound(sign, z * z / 2) - estimate, chance, leaning * doubt)
            for sign, doubt in ((-1, down), (1, up), (1, poor))
        )
        lost = unreached(self.steps) / self.events * (mean if side == 0 else 1 - mean)
        up, down = max(up, poor - lower) + lost * (side == 1), down + lost * (side == 0)
        return Interval(estimate, estimate - down, estimate + up)

    def _between(self, table: SumTable, rates: Array, by_row: bool) -> float:
        """Mean square of an event's value by its context; without strata by context an upper
        bound."""
        weights = table.sums[0] / self.events
        placed = np.zeros(weights.shape)
        placed[table.used] = rates
        if not by_row:
            return float((weights * placed**2).sum())
        shares = table.sums[4].max(axis=1) / self.events
        values = (weights * placed).sum(axis=1)
        return float((values**2 / np.where(shares > 0, shares, 1)).sum())

    def _strength(self, table: SumTable, side: int) -> float:
        """Most likely number of imaginary events: small if rates differ much between contexts and
        actions. (Rates are modelled as gamma, so successes are negative binomial.)"""
        _, exposures, *counts, _ = table.sums[:, table.sums[1] > 0]
        common, _ = self.unshown.common(side)

        def likelihood(strength: float) -> float:
            before, after = strength * common, strength * common + counts[side]
            grown = log_gamma(after) - log_gamma(np.array(before))
            scale = before * math.log(strength) - after * np.log(exposures + strength)
            return float((grown + scale).sum())

        return max(_STRENGTHS, key=likelihood)

    def _lent(self, strength: float, side: int) -> float:
        """Events borrowed from the whole log: fewer for a target that picks, the more rates
        differ."""
        picked = PICKED * self.selection.advantage(self.events)
        of_a_reward = 1 / max(self.unshown.common(side)[0], _SOME)
        lent = max(LENT, min(strength, of_a_reward))
        return 1 / (1 / lent + self.selection.share * picked**2 / (strength + 1))


def _in_parts(
    weighed: WeightedDecisions, bounds: tuple[float, float]
) -> tuple[WeightedDecisions, Array]:
    """Rewards in parts of the largest that each action can pay, (N,), and the target as a part of a
    policy: with weights and probabilities times what the actions can pay, in parts of the bounds.

    The mean of weight times reward stays the same, and a full reward of each action is 1.
    """
    log, (low, high) = weighed.decisions, bounds
    shares = log.shares(bounds)
    of_shown, reward = shares[log.shown], (log.reward - low) / (high - low)
    parts = np.divide(reward, of_shown, out=np.zeros(len(log)), where=of_shown > 0)
    assert weighed.probabilities is not None
    return WeightedDecisions(log, weighed.weight * of_shown, weighed.probabilities * shares), parts


def _by_context(weighed: WeightedDecisions, reward: Array) -> SumTable | None:
    """Table with a row per context of the batch; None for too many contexts."""
    log = weighed.decisions
    present, rows = np.unique(log.context_index, return_inverse=True)
    if len(present) > MOST_CONTEXTS:
        return None
    names = tuple(log.contexts[context] for context in present)
    strata = np.broadcast_to(rows[:, None], log.offered.shape)
    return SumTable(names, log.actions, _sums(weighed, reward, strata, len(present)))


def _sums(weighed: WeightedDecisions, reward: Array, rows: NDArray[np.intp], size: int) -> Array:
    """Sums of a table, (5, size, K), by the row of each event and action, (N, K)."""
    log, target = weighed.decisions, weighed.probabilities
    assert target is not None
    assert log.probabilities is not None
    positions = rows * len(log.actions) + np.arange(len(log.actions))
    of_shown = positions[np.arange(len(log)), log.shown]
    cells = size * len(log.actions)
    parts = (
        (positions, target),
        (positions, log.probabilities),
        (of_shown, reward),
        (of_shown, 1 - reward),
        (positions, log.offered.astype(float)),
    )
    sums = [np.bincount(position.ravel(), values.ravel(), cells) for position, values in parts]
    return np.array(sums, dtype=float).reshape(5, size, len(log.actions))
