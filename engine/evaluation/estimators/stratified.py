"""Our own interval: it holds on logs of learners, and is narrow enough to be used.

What the books offer fails on such logs: an action that a learner has given up is shown once in
hundreds of visits, so its few large weights either make the interval useless or, worse, have not
come yet, and what was not seen is taken for certain. Here no weight is ever large:

1. Events are compared with their like. In each context, an action has an *exposure*, the sum of
   the probabilities with which it could have been shown, and *successes*, the rewards it earned. So
   its rate is successes / exposure, and what matters is a likelihood ratio, not a variance
   (`engine.evaluation.estimators.profile`): an action never shown has an exposure, too.
2. In each context each action is given imaginary events, as many times 1 - q as are likeliest by
   how much rates differ: a learner drops what failed at first, so that rates alone are too low.
   These earned the mean of what was *not* shown, which weights 1/q - 1 estimate: of what the target
   would show, and of everything, as far as the two agree. Where a learner is right about what it
   leaves out, that mean is low, and so is what the unseen may hide.
3. The interval joins what the likelihood allows, the chance of which visitors came, and the
   doubt about that mean: upwards that of a score interval, as a few events without a success say
   little, and downwards no more than there is. There is room for a poor run of these, but where
   rates say more of what was not shown than that mean does: then a learner was right about it.
4. A target that picks its actions context by context may have picked what is better than the rest
   that was not shown: the less is lent to it, the more rates differ (`Selection`). And where the
   interval is not much narrower than the betting sequence's, which is proven, that one is taken.
5. What the log could hardly show at all (`unreached`) may have earned nothing: a learner gave it up
   for worse than what it still shows, of which that mean is.

Rewards are counted as successes or as failures, whichever are rarer. With contexts of which each
comes a few times only, events with like probabilities take the place of those in like contexts.
Numbers of equations as in ``engine/evaluation/README.md``. It is no theorem but a measurement,
`tests/benchmarks/estimators.py` and `greedy_logs.py` there: chosen on some seeds of coffee, news
and shop and some logs of a greedy learner, and reported on other seeds, worlds and logs.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.evaluation.estimators.base import Estimator, Interval, Weighed
from engine.evaluation.estimators.betting import Betting
from engine.evaluation.estimators.profile import Rates, log_gamma
from engine.evaluation.estimators.table import Table
from engine.evaluation.estimators.unshown import Selection, Unshown, unreached
from engine.evaluation.intervals import normal

MOST_CONTEXTS = 4096
"""Beyond so many, contexts are not told apart."""
ENOUGH = 3
"""Events that a context must have on average to be a stratum of its own."""
LENT = 25
"""Events that all of the log lends to a target whose own events tell the same."""
PICKED = 2.0
"""How many times as far as the best of what is offered a target's picks may lie above the mean."""
OVERRATED = 3.0
"""How far the upper end comes down out of that room for what rates say too much of what was not
shown."""
MOST_WIDER = 4.0
"""How much wider the doubt about what was not shown may become, as more of that does not lean on
imaginary events: what rates were seen to be is too low where a learner gave up early."""
_STEPS = 64
"""Strata of probabilities: each down to half of the one before."""
_STEP_NAMES = tuple(map(str, range(_STEPS + 1)))
_STRENGTHS = tuple(2.0**power for power in range(9))
"""Numbers of imaginary events that are compared."""
_SOME = 1e-9
"""Of an imaginary event at least, so that no logarithm is infinite."""


def _merged(one: Table | None, other: Table | None) -> Table | None:
    """The sum of two tables of contexts; None of too many."""
    if one is None or other is None:
        return None
    both = one + other
    return both if len(both.rows) <= MOST_CONTEXTS else None


def narrow_enough(ours: Interval, proven: Interval | None, share: float) -> Interval:
    """Ours as long as it is so much narrower than one that is proven that it is worth it: a fifth
    as wide for a target that always picks (`Selection.share`), else narrower at all.

    The estimate stays ours, as far as the proven one allows: one that is bet on is at the mercy of
    a single large weight.
    """
    if proven is None or ours.width * (1 + 4 * share) <= proven.width:
        return ours
    return replace(proven, estimate=min(max(ours.estimate, proven.low), proven.high))


def _together(one: Betting | None, other: Betting | None) -> Betting | None:
    """Of both parts of a log; None is one without events."""
    return one + other if one is not None and other is not None else one or other


def _empty() -> Table:
    return Table.empty(5)


@dataclass(frozen=True, slots=True, eq=False)
class Stratified(Estimator):
    """Success rates by context and action, summed up as the target would show them.

    Both tables hold for each action: how often the target shows it, its exposure, what it earned,
    what it missed to the most that can be earned, and how many events offered it.

    Attributes:
        events: how many.
        contexts: a row a context; None if they are too many.
        steps: a row for all events in which an action had about the same probability.
        unshown: what is told of what was not shown.
        selection: how far the target picks.
        proven: the betting sequence; None without events.
        unknown: events of which not all probabilities are known.
    """

    key = "strata"

    events: int = 0
    contexts: Table | None = field(default_factory=_empty, metadata={"merge": _merged})
    steps: Table = field(default_factory=_empty)
    unshown: Unshown = field(default_factory=Unshown)
    selection: Selection = field(default_factory=Selection)
    proven: Betting | None = field(default=None, metadata={"merge": _together})
    unknown: int = 0

    def add(self, weighed: Weighed) -> Self:
        log, target = weighed.decisions, weighed.probabilities
        if target is None or log.probabilities is None:
            return replace(self, unknown=self.unknown + len(log))
        low, high = self.bounds
        reward = (log.reward - low) / (high - low)
        steps = -np.frexp(np.maximum(log.probabilities, 2.0**-_STEPS))[1] + 1
        by_step = _sums(weighed, reward, steps, _STEPS + 1)
        return replace(
            self,
            events=self.events + len(log),
            contexts=_merged(self.contexts, _by_context(weighed, reward)),
            steps=self.steps + Table(_STEP_NAMES, log.actions, by_step),
            unshown=self.unshown.add(weighed, reward),
            selection=self.selection.add(weighed),
            proven=(self.proven or Betting(self.bounds)).add(weighed),
        )

    def pivots(self, mean: float) -> tuple[float, float]:
        ours, proven = self.alone(), self.proven
        is_proven = ours is not None and proven is not None and self.interval() != ours
        return self.bounds if is_proven else (mean, mean)

    def interval(self, level: float = 0.95) -> Interval | None:
        ours = self.alone(level)
        if ours is None or self.proven is None:
            return ours
        return narrow_enough(ours, self.proven.interval(level), self.selection.share)

    def alone(self, level: float = 0.95) -> Interval | None:
        """Without the sequence that is proven; also for a part of a policy."""
        if self.unknown or not self.events:
            return None
        found, whole = self._counting(0, level), self._whole
        if found.estimate > whole / 2:
            missed = self._counting(1, level)
            found = Interval(*(whole - end for end in (missed.estimate, missed.high, missed.low)))
        low, high = self.bounds
        ends = (found.estimate, max(0.0, found.low), min(1.0, found.high))
        return Interval(*(low + (high - low) * end for end in ends))

    @property
    def _whole(self) -> float:
        """The most that could be earned: 1 for a policy, less for a part of one."""
        return float(self.steps.sums[0].sum()) / self.events

    def _counting(self, what: int, level: float) -> Interval:
        """In parts of the bounds, of what was earned (0) or missed (1)."""
        contexts = self.contexts
        enough = contexts is not None and self.events >= ENOUGH * len(contexts.rows)
        table = contexts if contexts is not None and enough else self.steps
        used, z = table.used, normal(level)
        weights, exposures, *counts, visits = table.sums[:, used]
        strength = self._strength(table, what)
        imagined = np.maximum(strength * (1 - exposures / visits), _SOME)
        weights = weights / self.events
        unshown = float(weights @ (1 - exposures / visits))
        leaning = float(weights @ (imagined / (exposures + imagined)))
        wider = min(MOST_WIDER, max(1.0, unshown / leaning)) if leaning else 1.0
        mean, down, up, poor = self.unshown.imagined(what, self._lent(strength), strength, z, wider)
        successes = counts[what] + imagined * mean
        rates = Rates(weights, exposures + imagined, successes)  # (17)
        best = rates.best
        estimate = rates.total(best)
        earned = best if what == 0 else 1 - best
        overrated = max(0.0, float(weights * (1 - exposures / visits) @ best) - unshown * mean)
        lower = OVERRATED * (1 - self.selection.share) * overrated
        between = self._between(table, earned, by_row=enough) - rates.total(earned) ** 2
        chance = z * math.sqrt(max(0.0, between) / self.events)
        down, up, poor = (
            math.hypot(rates.furthest(sign, z * z / 2) - estimate, chance, leaning * doubt)
            for sign, doubt in ((-1, down), (1, up), (1, poor))
        )
        lost = unreached(self.steps) / self.events * (mean if what == 0 else 1 - mean)
        up, down = max(up, poor - lower) + lost * (what == 1), down + lost * (what == 0)
        return Interval(estimate, estimate - down, estimate + up)

    def _between(self, table: Table, rates: Array, by_row: bool) -> float:
        """The mean square of what an event is worth by its context; at most that, else."""
        weights = table.sums[0] / self.events
        placed = np.zeros(weights.shape)
        placed[table.used] = rates
        if not by_row:
            return float((weights * placed**2).sum())
        shares = table.sums[4].max(axis=1) / self.events
        values = (weights * placed).sum(axis=1)
        return float((values**2 / np.where(shares > 0, shares, 1)).sum())

    def _strength(self, table: Table, what: int) -> float:
        """How many imaginary events are likeliest: few where rates differ much between contexts and
        actions. (Rates are taken to be gamma, and successes so to be negative binomial.)"""
        _, exposures, *counts, _ = table.sums[:, table.sums[1] > 0]
        common, _ = self.unshown.common(what)

        def likelihood(strength: float) -> float:
            before, after = strength * common, strength * common + counts[what]
            grown = log_gamma(after) - log_gamma(np.array(before))
            scale = before * math.log(strength) - after * np.log(exposures + strength)
            return float((grown + scale).sum())

        return max(_STRENGTHS, key=likelihood)

    def _lent(self, strength: float) -> float:
        """Events that all of the log lends: fewer to a target that picks, the more rates differ."""
        picked = PICKED * self.selection.advantage(self.events)
        return 1 / (1 / LENT + self.selection.share * picked**2 / (strength + 1))


def _by_context(weighed: Weighed, reward: Array) -> Table | None:
    """A row for each context that came; None if those are too many."""
    log = weighed.decisions
    came, rows = np.unique(log.stratum, return_inverse=True)
    if len(came) > MOST_CONTEXTS:
        return None
    names = tuple(log.contexts[context] for context in came)
    strata = np.broadcast_to(rows[:, None], log.offered.shape)
    return Table(names, log.actions, _sums(weighed, reward, strata, len(came)))


def _sums(weighed: Weighed, reward: Array, rows: NDArray[np.intp], size: int) -> Array:
    """The sums of a table, (5, size, K), by the rows in which the events' actions are, (N, K)."""
    log, target = weighed.decisions, weighed.probabilities
    assert target is not None
    assert log.probabilities is not None
    places = rows * len(log.actions) + np.arange(len(log.actions))
    shown = places[np.arange(len(log)), log.shown]
    cells = size * len(log.actions)
    parts = (
        (places, target),
        (places, log.probabilities),
        (shown, reward),
        (shown, 1 - reward),
        (places, log.offered.astype(float)),
    )
    sums = [np.bincount(at.ravel(), values.ravel(), cells) for at, values in parts]
    return np.array(sums, dtype=float).reshape(5, size, len(log.actions))
