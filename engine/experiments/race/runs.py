"""A race: several contenders before the same crowds, run after run, in any executor.

A run is one contender before the crowd of one repetition. It depends on its place in the plan
alone, so results are the same in whichever process, order or cluster the runs are done.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from typing import Self

import numpy as np

from engine.arrays import Array
from engine.errors import PersonalizerError
from engine.experiments.race.contenders import Contender
from engine.experiments.race.plan import Plan
from engine.experiments.race.players import Choice
from engine.simulation.crowd import PotentialOutcomes, potential_outcomes
from engine.steps import Steps, at_once


@dataclass(frozen=True, slots=True)
class RaceRun:
    """The contender at a place in the plan before one crowd, ready to be done anywhere."""

    plan: Plan
    contender: int
    repetition: int


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a run; sums are up to each of the plan's P points.

    Attributes:
        rewards, expected, regret: sums of the rewards, of the expected rewards of what was
            shown, and of what the best items' exceed those by, (P,).
        chance: sum of the regret of what was left to chance.
        visitors, losses: of each segment (`World.segments`): visitors and sum of their regret.
        weights: hypotheses by name with how far each was believed, (P,).
    """

    contender: str
    repetition: int
    seed: int
    rewards: Array
    expected: Array
    regret: Array
    chance: float
    visitors: Array
    losses: Array
    weights: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that raised an exception, told in one line, so nothing came of it."""

    contender: str
    repetition: int
    error: str

    @classmethod
    def of(cls, run: RaceRun, error: BaseException) -> Self:
        """The failure of a run that raised an exception."""
        said = " ".join(str(error).split())[:300]
        if not isinstance(error, PersonalizerError):
            said = f"{type(error).__name__}: {said}" if said else type(error).__name__
        return cls(run.plan.contenders[run.contender].key, run.repetition, said)


def runs_of(plan: Plan) -> Iterator[RaceRun]:
    """All runs, one repetition after the other."""
    for repetition in range(plan.repetitions):
        for contender in range(len(plan.contenders)):
            yield RaceRun(plan, contender, repetition)


def race(plan: Plan, executor: Executor | None = None) -> Iterator[Outcome | Failure]:
    """Do all runs of a plan; one that fails does not keep the others from being done.

    Args:
        executor: where; any of `concurrent.futures`, or a cluster's that follows its
            interface, such as ``distributed.Client.get_executor()``. None is here.

    Yields:
        an outcome or a failure for each run, as they come; raises as `UnderWay.collect`.
    """
    if executor is None:
        yield from map(attempt, runs_of(plan))
        return
    under_way = UnderWay(plan, executor)
    try:
        while not under_way.is_over:
            yield from under_way.collect()
    finally:
        under_way.stop()


class UnderWay:
    """A race in an executor, to look at now and then.

    Attributes:
        ahead: runs that may be with the executor at once; all by default.
    """

    def __init__(self, plan: Plan, executor: Executor, ahead: int | None = None) -> None:
        self._runs, self._executor = runs_of(plan), executor
        self._left, self.ahead = plan.runs, plan.runs if ahead is None else ahead
        self._pending: dict[Future[Outcome | Failure], RaceRun] = {}

    @property
    def is_over(self) -> bool:
        """Whether what came of every run was collected, or the race was stopped."""
        return self._left == 0

    def collect(self, timeout: float | None = None) -> list[Outcome | Failure]:
        """Send runs, and take in what has come of some since the last call.

        A ``BrokenExecutor``, which does no more runs, once all it has done are collected.

        Args:
            timeout: seconds to wait for at least one; None waits as long as it takes.
        """
        self._send()
        found: list[Outcome | Failure] = []
        broken: BrokenExecutor | None = None
        for future in wait(self._pending, timeout, FIRST_COMPLETED).done:
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                broken = error
            else:
                run = self._pending.pop(future)
                # A run that could not travel has failed.
                found.append(Failure.of(run, error) if error else future.result())
        if broken and not found:
            raise broken
        self._left -= len(found)
        self._send()
        return found

    def stop(self) -> None:
        """Do no more runs; those that have begun end by themselves, and nobody asks for them."""
        for future in self._pending:
            future.cancel()
        self._pending, self._left = {}, 0

    def _send(self) -> None:
        while len(self._pending) < min(self.ahead, self._left):
            run = next(self._runs)
            self._pending[self._submit(run)] = run

    def _submit(self, run: RaceRun) -> Future[Outcome | Failure]:
        try:
            return self._executor.submit(attempt, run)
        except BrokenExecutor as error:
            future: Future[Outcome | Failure] = Future()
            future.set_exception(error)
            return future


def attempt(run: RaceRun) -> Outcome | Failure:
    """Do one run; an exception is told, not raised: not every one could travel."""
    try:
        return do(run)
    except Exception as error:
        return Failure.of(run, error)


def doing(run: RaceRun) -> Steps[Outcome]:
    """Do one run, a visitor a step; an exception of the contender or its player is raised."""
    plan, world = run.plan, run.plan.world
    contender = plan.contenders[run.contender]
    seed, at = plan.seed_of(run.repetition), plan.points - 1
    crowd = potential_outcomes(world, plan.visitors, seed, plan.drift)
    choices, weights = yield from playing(plan, contender, seed, crowd)
    visitors = np.arange(plan.visitors)
    shown = np.array([choice.position for choice in choices])
    expected = crowd.expected[visitors, shown]
    regret = crowd.best - expected
    came, visits = np.unique(crowd.cells, return_inverse=True)
    contexts, segments = [world.contexts[cell] for cell in came], world.segments()
    of_segment = [[c[field.name] == value.name for c in contexts] for field, value in segments]
    present = np.array(of_segment)[:, visits]
    return Outcome(
        contender=contender.key,
        repetition=run.repetition,
        seed=seed,
        rewards=crowd.rewards[visitors, shown].cumsum()[at],
        expected=expected.cumsum()[at],
        regret=regret.cumsum()[at],
        chance=float(regret[[choice.by_chance for choice in choices]].sum()),
        visitors=present.sum(axis=1).astype(float),
        losses=present @ regret,
        weights={name: np.array([row[name] for row in weights]) for name in weights[0]},
    )


do = at_once(doing)
"""The same at once."""


def playing(
    plan: Plan, contender: Contender, seed: int, crowd: PotentialOutcomes
) -> Steps[tuple[list[Choice], list[Mapping[str, float]]]]:
    """Let a contender meet a crowd, a visitor a step.

    Returns:
        what each visitor was shown, and the player's weights at each of the plan's points.
    """
    player = contender.enter(plan.world, seed)
    points = set(plan.points.tolist())
    choices, weights, learned = list[Choice](), list[Mapping[str, float]](), 0
    for number, cell in enumerate(crowd.cells.tolist()):
        if number % plan.refresh == 0:
            for known in range(learned, number - plan.delay):
                choice = choices[known]
                reward = float(crowd.rewards[known, choice.position])
                player.learn(int(crowd.cells[known]), choice, reward)
                learned = known + 1
        choices.append(player.choose(number, cell))
        if number + 1 in points:
            weights.append(player.weights())
        yield None
    return choices, weights


play = at_once(playing)
"""The same at once."""
