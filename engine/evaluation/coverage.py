"""How often intervals hold: a whole experiment again and again, where the truth is known.

Each repetition is a fresh loop with a fresh crowd. Its log is evaluated, and each interval held
against what the target would really earn, which the simulated world knows. So can what breaks an
evaluation: too few events, probabilities that were not logged, no exploration, and a policy that
was picked as the best of many on the very log that judges it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.errors import check_number, refuse
from engine.evaluation.decisions import Decisions, context_of
from engine.evaluation.estimators import ESTIMATORS, Estimator, Interval
from engine.evaluation.targets import Even, Fixed, Given, Target
from engine.learners.base import Impression
from engine.loop.decide import belief, choose, decision_stream, event_id_of
from engine.loop.entries import Configured
from engine.loop.settings import LoopSettings
from engine.loop.state import LoopState
from engine.policies.base import Normals
from engine.simulation.crowd import nth_visitor
from engine.steps import Steps
from engine.streams import stream
from engine.worlds.place import TABULATED
from engine.worlds.world import World

Kind = Literal["fixed", "uniform", "best", "picked"]
"""What is evaluated: each action for everybody, all alike, each visitor's best, and the rules that
look best of `RULES` made at random."""
Flaw = Literal["none", "few", "forgotten", "no_floor", "picked"]
"""What is wrong with the experiment: nothing; a tenth of the visitors; probabilities that were not
logged, and taken to be all alike; no exploration for its own sake; picking the best of many."""

RULES = 200
MOST = 500
"""Repetitions at most."""
_START = datetime.fromtimestamp(0, UTC)
"""When an experiment begins, as time stands still in it."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One repetition: the log, and where in the world each of its visitors was."""

    log: Decisions
    cells: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """What a number of repetitions has come to."""

    repetitions: int = 0
    counts: Mapping[tuple[Kind, str], Count] = field(default_factory=dict)


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
    _done: _Done = field(default_factory=_Done, init=False)
    """In one, as another thread may copy it at any moment."""

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
            counts = yield from self._judged(told)
            self._done = _Done(self.repetitions + 1, counts)

    @property
    def repetitions(self) -> int:
        """How many were done; one that was left off does not count, and nothing of it."""
        return self._done.repetitions

    @property
    def counts(self) -> Mapping[tuple[Kind, str], Count]:
        """For each kind of target and key of an estimator."""
        return self._done.counts

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
        shown = rule[_groups(world, told.cells)]
        return "picked", _shown("picked", world, told, shown), value_of(world, rule)


def experiment(world: World, settings: LoopSettings, visitors: int, seed: int) -> Steps[Told]:
    """A fresh loop's log of so many visitors; each is a step.

    No loop is made: its state alone decides and learns as one would, which takes a fifth less, and
    what was decided is written down as columns. So it has to be one that shows what it decides.

    Raises:
        PersonalizerError: ``BadRequest`` for settings that do not rank online.
    """
    if settings.learning_mode != "online":
        refuse("BadRequest", "learning_mode", settings.learning_mode, "'online' in an experiment")
    state, normals = LoopState([Configured(_START, settings)]), Normals(seed)
    shape = visitors, len(world.items)
    cells, shown = np.zeros((2, visitors), dtype=np.intp)
    propensity, reward = np.zeros((2, visitors))
    probabilities, means = np.zeros((2, *shape))
    for number in range(visitors):
        visitor = nth_visitor(world, seed, number)
        cell = world.cell(visitor.context)
        request = world.request(cell)
        believed = belief(state, request)
        rng = decision_stream(seed, event_id_of(seed, number))
        decided = choose(state, request, believed, normals, rng)
        place = decided.chosen
        chance = float(decided.probabilities[place])
        earned = world.answer(visitor.context, world.items[place].id, visitor.uniform)
        yield from state.learner.learning(Impression(request, place, place, chance), earned)
        cells[number], shown[number], propensity[number] = cell, place, chance
        reward[number], probabilities[number] = earned, decided.probabilities
        means[number] = believed.mean
        yield None
    came, first, stratum = np.unique(cells, return_index=True, return_inverse=True)
    order = first.argsort()  # As they came.
    log = Decisions(
        actions=tuple(item.id for item in world.items),
        contexts=tuple(context_of(world.request(int(cell)).context) for cell in came[order]),
        stratum=order.argsort()[stratum],
        shown=shown,
        propensity=propensity,
        reward=reward,
        offered=np.ones(shape, dtype=bool),
        baseline=np.zeros(visitors, dtype=np.intp),
        probabilities=probabilities,
        means=means,
    )
    return Told(log, cells)


def targets_of(world: World, told: Told) -> Iterator[tuple[Kind, Target, float]]:
    """Each action, all alike, and each visitor's best, with what they would really earn; in a large
    world as far as its census tells."""
    for item, truth in zip(world.items, world.census.weights @ world.census.expected, strict=True):
        yield "fixed", Fixed(item.id), float(truth)
    yield "uniform", Even(), world.uniform_value
    best = world.expected_in(told.cells).argmax(axis=1)
    yield "best", _shown("best", world, told, best), world.best_value


def random_rules(world: World, seed: int) -> NDArray[np.integer[Any]]:
    """`RULES` rules made at random: the item that each shows in each cell, (rules, cells); in a
    large world in each group of cells that are alike in as many of the first fields as can be
    tabulated."""
    shape = RULES, world.size // _alike(world)
    return stream(seed, "rules").integers(len(world.items), size=shape)


def _alike(world: World) -> int:
    """How many cells, one after the other, a random rule takes for one."""
    alike = 1
    for one in reversed(world.fields):
        if world.size // alike <= TABULATED:
            break
        alike *= len(one.values)
    return alike


def _groups(world: World, cells: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where a random rule has what it shows in some cells."""
    return np.asarray(cells // _alike(world))


def earned_by(world: World, told: Told, rules: NDArray[np.integer[Any]]) -> Array:
    """What each visitor gave, weighed by 1/q, where a rule shows what was shown; else 0.
    (rules, visitors)."""
    matches = _columns(world, told.log)[rules[:, _groups(world, told.cells)]] == told.log.shown
    return np.asarray(matches * (told.log.reward / told.log.propensity))


def value_of(world: World, items: NDArray[np.integer[Any]]) -> float:
    """What a rule would really earn: one of `random_rules`."""
    cells, weights, expected = world.census
    return float(weights @ expected[np.arange(len(cells)), items[_groups(world, cells)]])


def _shown(key: str, world: World, told: Told, items: NDArray[np.integer[Any]]) -> Target:
    """The policy that shows these items to those who came."""
    chances = np.zeros(told.log.offered.shape)
    chances[np.arange(len(told.cells)), _columns(world, told.log)[items]] = 1.0
    return Given(key, chances)


def _columns(world: World, log: Decisions) -> NDArray[np.intp]:
    """In which column of the log each item of the world is."""
    return np.array([log.actions.index(item.id) for item in world.items], dtype=np.intp)


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
