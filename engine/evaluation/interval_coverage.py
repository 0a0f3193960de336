"""Coverage of intervals: an experiment is repeated in a world whose truth is known.

Each repetition is a fresh loop with a fresh crowd. Its log is evaluated, and each interval is
compared with the true value of its target. Known flaws of an evaluation can be simulated: few
events, probabilities missing from the log, no exploration, and a policy picked as the best of many
on the log by which it is judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from engine.errors import check_number, refuse
from engine.evaluation.estimators import ESTIMATORS, Estimator, Interval
from engine.evaluation.logged_decisions import Decisions
from engine.evaluation.random_policies import (
    context_groups,
    random_policies,
    true_value,
    weighted_rewards,
)
from engine.evaluation.simulated_log import SimulatedLog, largest_rewards, simulate_log
from engine.evaluation.target_policies import FixedAction, Target, UniformTarget
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from engine.worlds.world import World

Kind = Literal["fixed", "uniform", "best", "picked"]
"""Kind of target: each action for every visitor, a uniform choice, the best action of each
visitor, and the random rules with the highest estimate."""
Flaw = Literal["none", "few", "forgotten", "no_floor", "picked"]
"""Flaw of the experiment: none; a tenth of the visitors; probabilities missing from the log and
assumed to be uniform; no exploration floor; picking the best of many rules."""

MOST = 500
"""Maximum number of repetitions."""


@dataclass(frozen=True, slots=True)
class Count:
    """Intervals of one estimator for one kind of target.

    Attributes:
        intervals, covering: number of intervals, and of those that contain the truth.
        widths: sum of their widths.
        squares: sum of squared errors of the estimates.
        beyond: number of estimates outside the range of rewards, 0 to 1.
        errors: sum of errors, estimate minus truth.
    """

    intervals: int = 0
    covering: int = 0
    widths: float = 0.0
    squares: float = 0.0
    beyond: int = 0
    errors: float = 0.0

    def add(self, interval: Interval, truth: float) -> "Count":
        """Return the counts with another interval."""
        return Count(
            self.intervals + 1,
            self.covering + interval.holds(truth),
            self.widths + interval.width,
            self.squares + (interval.estimate - truth) ** 2,
            self.beyond + (not 0 <= interval.estimate <= 1),
            self.errors + interval.estimate - truth,
        )

    @property
    def share(self) -> float:
        """Share of intervals that contain the truth."""
        return self.covering / self.intervals

    @property
    def width(self) -> float:
        """Mean width."""
        return self.widths / self.intervals

    @property
    def bias(self) -> float:
        """Mean error, estimate minus truth."""
        return self.errors / self.intervals

    @property
    def rmse(self) -> float:
        """Root of the mean squared error of the estimates."""
        return float(np.sqrt(self.squares / self.intervals))


@dataclass(eq=False)
class Coverage:
    """Counts of intervals over repetitions; each call of `repetition_steps` adds to them.

    Attributes:
        world, settings, visitors: of each experiment; the settings must rank online.
        flaw: flaw of each experiment.
        seed: of the first repetition; each later repetition has the next.
    """

    world: World
    settings: LoopSettings
    visitors: int
    flaw: Flaw = "none"
    estimators: Sequence[type[Estimator]] = ESTIMATORS
    seed: int = 0
    repetitions: int = field(default=0, init=False)
    """Completed repetitions; an interrupted repetition changes no count."""
    counts: Mapping[tuple[Kind, str], Count] = field(default_factory=dict, init=False)
    """Counts by kind of target and key of an estimator."""

    def __post_init__(self) -> None:
        check_number("BadRequest", "visitors", self.visitors, 10, 100_000, whole=True)
        if self.flaw not in get_args(Flaw):
            refuse("BadRequest", "flaw", self.flaw, f"one of {', '.join(get_args(Flaw))}")
        if self.flaw == "few":
            self.visitors = max(10, self.visitors // 10)
        if self.flaw == "no_floor":
            self.settings = replace(self.settings, policy=_without_floor(self.settings))

    def repetition_steps(self, times: int = MOST) -> Steps[None]:
        """Run further repetitions; each visitor is a step."""
        check_number("BadRequest", "repetitions", times, 1, MOST, whole=True)
        for _ in range(times):
            outcome = yield from simulate_log(self.world, self.settings, self.visitors, self._next)
            self.counts = yield from self._counted(outcome)
            self.repetitions += 1

    @property
    def _next(self) -> int:
        return self.seed + self.repetitions

    def _counted(self, outcome: SimulatedLog) -> Steps[dict[tuple[Kind, str], Count]]:
        """Return the counts with another repetition."""
        yield None
        counts = dict(self.counts)
        log = outcome.log.limited(largest_rewards(self.world))
        log = forgetting(log) if self.flaw == "forgotten" else log
        outcome = replace(outcome, log=log)
        targets = (
            [self._picked(outcome)] if self.flaw == "picked" else targets_of(self.world, outcome)
        )
        yield None
        for kind, target, truth in targets:
            weighed = target.weigh(log)
            for estimator in self.estimators:
                interval = estimator().add(weighed).interval()
                if interval is not None:
                    count = counts.get((kind, estimator.key), Count())
                    counts[kind, estimator.key] = count.add(interval, truth)
                yield None
        return counts

    def _picked(self, outcome: SimulatedLog) -> tuple[Kind, Target, float]:
        """Return the random rules with the highest inverse-propensity estimate on the log."""
        world = self.world
        rules = random_policies(world, self._next)
        rule = rules[int(weighted_rewards(world, outcome, rules).sum(axis=1).argmax())]
        target = outcome.showing("picked", world, rule[context_groups(world, outcome.cells)])
        return "picked", target, true_value(world, rule)


def targets_of(world: World, outcome: SimulatedLog) -> Iterator[tuple[Kind, Target, float]]:
    """Yield each fixed action, the uniform choice and each visitor's best action, with their true
    values; in a large world these are estimated from the census."""
    for item, truth in zip(world.items, world.census.weights @ world.census.expected, strict=True):
        yield "fixed", FixedAction(item.id), float(truth)
    yield "uniform", UniformTarget(), world.uniform_value
    best = world.expected_in(outcome.cells).argmax(axis=1)
    yield "best", outcome.showing("best", world, best), world.best_value


def forgetting(log: Decisions) -> Decisions:
    """Replace the logged probabilities with a uniform choice, as if none had been logged."""
    uniform = log.offered / log.offered.sum(axis=1, keepdims=True)
    propensity = uniform[np.arange(len(log)), log.shown]
    return replace(log, propensity=propensity, probabilities=uniform)


def _without_floor(settings: LoopSettings) -> Any:
    """Return the policy with its floor or epsilon set to 0, if it has such a parameter."""
    policy: Any = settings.policy
    for name in ("floor", "epsilon"):
        if hasattr(policy, name):
            policy = replace(policy, **{name: 0})
    return policy
