"""How often intervals hold: a whole experiment again and again, where the truth is known.

Each repetition is a fresh loop with a fresh crowd. Its log is evaluated, and each interval held
against what the target would really earn, which the simulated world knows. So can what breaks an
evaluation: too few events, probabilities that were not logged, no exploration, and a policy that
was picked as the best of many on the very log that judges it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from engine.errors import check_number, refuse
from engine.evaluation.decisions import Decisions
from engine.evaluation.estimators import ESTIMATORS, Estimator, Interval
from engine.evaluation.experiment import Told, experiment
from engine.evaluation.random_rules import earned_by, groups_of, random_rules, value_of
from engine.evaluation.targets import Even, Fixed, Target
from engine.loop.settings import LoopSettings
from engine.steps import Steps
from engine.worlds.world import World

Kind = Literal["fixed", "uniform", "best", "picked"]
"""What is evaluated: each action for everybody, all alike, each visitor's best, and the rules that
look best of many made at random."""
Flaw = Literal["none", "few", "forgotten", "no_floor", "picked"]
"""What is wrong with the experiment: nothing; a tenth of the visitors; probabilities that were not
logged, and taken to be all alike; no exploration for its own sake; picking the best of many."""

MOST = 500
"""Repetitions at most."""


@dataclass(frozen=True, slots=True)
class Count:
    """Intervals of one estimator for one kind of target.

    Attributes:
        intervals, held: how many there were, and how many of them held the truth.
        widths: their widths, summed up.
        squares: squared distances of the estimates from the truth, summed up.
        beyond: how many estimates were more than anything can earn, or less.
        errors: distances of the estimates from the truth with their signs, summed up.
    """

    intervals: int = 0
    held: int = 0
    widths: float = 0.0
    squares: float = 0.0
    beyond: int = 0
    errors: float = 0.0

    def add(self, interval: Interval, truth: float) -> "Count":
        """With one more."""
        return Count(
            self.intervals + 1,
            self.held + interval.holds(truth),
            self.widths + interval.width,
            self.squares + (interval.estimate - truth) ** 2,
            self.beyond + (not 0 <= interval.estimate <= 1),
            self.errors + interval.estimate - truth,
        )

    @property
    def share(self) -> float:
        """Of intervals that held."""
        return self.held / self.intervals

    @property
    def width(self) -> float:
        """Mean width."""
        return self.widths / self.intervals

    @property
    def bias(self) -> float:
        """How far estimates are above the truth on average."""
        return self.errors / self.intervals

    @property
    def rmse(self) -> float:
        """Root of the mean squared error of the estimates."""
        return float(np.sqrt(self.squares / self.intervals))


@dataclass(eq=False)
class Coverage:
    """Intervals counted over repetitions, more with each `repeating`.

    Attributes:
        world, settings, visitors: of each experiment; settings may be any that rank online.
        flaw: what is wrong with them.
        seed: of the first repetition; each later one has the next.
    """

    world: World
    settings: LoopSettings
    visitors: int
    flaw: Flaw = "none"
    estimators: Sequence[type[Estimator]] = ESTIMATORS
    seed: int = 0
    repetitions: int = field(default=0, init=False)
    """How many were done; one that was left off does not count, and nothing of it."""
    counts: Mapping[tuple[Kind, str], Count] = field(default_factory=dict, init=False)
    """For each kind of target and key of an estimator."""

    def __post_init__(self) -> None:
        check_number("BadRequest", "visitors", self.visitors, 10, 100_000, whole=True)
        if self.flaw not in get_args(Flaw):
            refuse("BadRequest", "flaw", self.flaw, f"one of {', '.join(get_args(Flaw))}")
        if self.flaw == "few":
            self.visitors = max(10, self.visitors // 10)
        if self.flaw == "no_floor":
            self.settings = replace(self.settings, policy=_without_floor(self.settings))

    def repeating(self, times: int = MOST) -> Steps[None]:
        """So many more repetitions; each visitor is a step."""
        check_number("BadRequest", "repetitions", times, 1, MOST, whole=True)
        for _ in range(times):
            told = yield from experiment(self.world, self.settings, self.visitors, self._next)
            self.counts = yield from self._judged(told)
            self.repetitions += 1

    @property
    def _next(self) -> int:
        return self.seed + self.repetitions

    def _judged(self, told: Told) -> Steps[dict[tuple[Kind, str], Count]]:
        """The counts with one repetition more."""
        yield None
        counts = dict(self.counts)
        log = forgetting(told.log) if self.flaw == "forgotten" else told.log
        told = replace(told, log=log)
        targets = [self._picked(told)] if self.flaw == "picked" else targets_of(self.world, told)
        yield None
        for kind, target, truth in targets:
            weighed = target.weigh(log)
            for estimator in self.estimators:
                interval = estimator().add(weighed).interval()
                if interval is not None:
                    counted = counts.get((kind, estimator.key), Count())
                    counts[kind, estimator.key] = counted.add(interval, truth)
                yield None
        return counts

    def _picked(self, told: Told) -> tuple[Kind, Target, float]:
        """The rules that earn most on the log, of many made at random, weighed by 1/q."""
        world = self.world
        rules = random_rules(world, self._next)
        rule = rules[int(earned_by(world, told, rules).sum(axis=1).argmax())]
        shown = told.showing("picked", world, rule[groups_of(world, told.cells)])
        return "picked", shown, value_of(world, rule)


def targets_of(world: World, told: Told) -> Iterator[tuple[Kind, Target, float]]:
    """Each action, all alike, and each visitor's best, with what they would really earn; in a large
    world as far as its census tells."""
    for item, truth in zip(world.items, world.census.weights @ world.census.expected, strict=True):
        yield "fixed", Fixed(item.id), float(truth)
    yield "uniform", Even(), world.uniform_value
    best = world.expected_in(told.cells).argmax(axis=1)
    yield "best", told.showing("best", world, best), world.best_value


def forgetting(log: Decisions) -> Decisions:
    """As if the probabilities had not been logged, and somebody had taken them to be alike."""
    alike = log.offered / log.offered.sum(axis=1, keepdims=True)
    shown = alike[np.arange(len(log)), log.shown]
    return replace(log, propensity=shown, probabilities=alike)


def _without_floor(settings: LoopSettings) -> Any:
    """The policy with no share of decisions left to chance, where it has one."""
    policy: Any = settings.policy
    for name in ("floor", "epsilon"):
        if hasattr(policy, name):
            policy = replace(policy, **{name: 0})
    return policy
