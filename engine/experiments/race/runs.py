"""Runs of a race: contenders on common crowds, in any executor.

A run is one contender on the crowd of one repetition. It depends on its place in the plan alone, so
results do not depend on process, order or cluster.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Protocol, Self

import numpy as np

from engine.arrays import Array
from engine.errors import PersonalizerError
from engine.experiments.race.contender_players import Choice
from engine.experiments.race.contenders import Contender
from engine.experiments.race.plan import Plan
from engine.pausable_steps import Steps, at_once, finish
from engine.simulation.simulated_visitors import PotentialOutcomes, drawing_outcomes


@dataclass(frozen=True, slots=True)
class RaceRun:
    """One contender of a plan on one crowd; can be sent to another process."""

    plan: Plan
    contender: int
    repetition: int


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Result of a run; sums are up to each of the plan's P points.

    Attributes:
        rewards, expected, regret: sums of rewards, of expected rewards, and of their distances from
            the best item's expected reward, (P,).
        chance: sum of the regret of offers decided by chance.
        visitors, losses: number of visitors and sum of their regret, by segment (`World.segments`).
        weights: weight of each hypothesis by name, (P,).
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
    """A run ended by an exception, with a message of one line."""

    contender: str
    repetition: int
    error: str

    @classmethod
    def of(cls, run: RaceRun, error: BaseException) -> Self:
        """Describe the exception of a run."""
        said = " ".join(str(error).split())[:300]
        if not isinstance(error, PersonalizerError):
            said = f"{type(error).__name__}: {said}" if said else type(error).__name__
        return cls(run.plan.contenders[run.contender].key, run.repetition, said)


def runs_of(plan: Plan) -> Iterator[RaceRun]:
    """Yield all runs, repetition by repetition."""
    for repetition in range(plan.repetitions):
        for contender in range(len(plan.contenders)):
            yield RaceRun(plan, contender, repetition)


def race(plan: Plan, executor: Executor | None = None) -> Iterator[Outcome | Failure]:
    """Do all runs of a plan; a failed run does not stop the others.

    Args:
        executor: any of `concurrent.futures`, or a cluster's with the same interface, such as
            ``distributed.Client.get_executor()``; None for this process.

    Yields:
        an outcome or a failure for each finished run; raises as `UnderWay.collect`.
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


class Meter(Protocol):
    """Number of visitors that a run has served, shared with the process of the run."""

    @property
    def served(self) -> int:
        """Visitors served so far."""

    def report(self, served: int) -> bool:
        """Set the number; return True if the run is to be given up."""

    def stop(self) -> None:
        """Let the run be given up."""

    def release(self) -> None:
        """Free the meter for another run, as this one has ended."""


class UnderWay:
    """A race running in an executor.

    Attributes:
        ahead: largest number of runs submitted at once; all by default.

    Args:
        take_meter: returns a meter for a run, or None; by default, runs have none.
    """

    def __init__(
        self,
        plan: Plan,
        executor: Executor,
        ahead: int | None = None,
        take_meter: Callable[[], Meter | None] = lambda: None,
    ) -> None:
        self._runs, self._executor, self._take_meter = runs_of(plan), executor, take_meter
        self._left, self.ahead = plan.runs, plan.runs if ahead is None else ahead
        self._pending: dict[Future[Outcome | Failure], tuple[RaceRun, Meter | None]] = {}

    @property
    def is_over(self) -> bool:
        """True if all runs were collected, or the race was stopped."""
        return self._left == 0

    @property
    def served(self) -> int:
        """Visitors served in the runs that have not ended, as far as they are metered."""
        return sum(meter.served for _, meter in self._pending.values() if meter)

    def collect(self, timeout: float | None = None) -> list[Outcome | Failure]:
        """Submit runs, and return the results finished since the last call.

        Raises ``BrokenExecutor`` after all finished results were collected.

        Args:
            timeout: seconds to wait for the first result; None for no limit.
        """
        self._send()
        results: list[Outcome | Failure] = []
        broken: BrokenExecutor | None = None
        for future in wait(self._pending, timeout, FIRST_COMPLETED).done:
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                broken = error
            else:
                run, _ = self._pending.pop(future)
                # A run that could not travel has failed.
                results.append(Failure.of(run, error) if error else future.result())
        if broken and not results:
            raise broken
        self._left -= len(results)
        self._send()
        return results

    def stop(self) -> None:
        """Submit no more runs, and give up metered ones; the results of the others are ignored."""
        for future, (_, meter) in self._pending.items():
            future.cancel()
            if meter:
                meter.stop()
        self._pending, self._left = {}, 0

    def _send(self) -> None:
        while len(self._pending) < min(self.ahead, self._left):
            run, meter = next(self._runs), self._take_meter()
            future = self._submit(run, meter)
            if meter is not None:
                future.add_done_callback(partial(_release, meter))
            self._pending[future] = run, meter

    def _submit(self, run: RaceRun, meter: Meter | None) -> Future[Outcome | Failure]:
        try:
            if meter is None:
                return self._executor.submit(attempt, run)
            return self._executor.submit(attempt, run, meter)
        except BrokenExecutor as error:
            future: Future[Outcome | Failure] = Future()
            future.set_exception(error)
            return future


def _release(meter: Meter, _: object) -> None:
    meter.release()


def attempt(run: RaceRun, meter: Meter | None = None) -> Outcome | Failure:
    """Do one run; exceptions become failures, as not all of them can be pickled. A run that is
    given up fails."""
    try:
        return do(run) if meter is None else finish(_metered(run, meter))
    except Exception as error:
        return Failure.of(run, error)


def _metered(run: RaceRun, meter: Meter) -> Steps[Outcome]:
    """Report the visitors of a run until it is to be given up, which it may be while they are
    drawn."""
    for step in _crowd_of(run):
        yield step
        if meter.report(0):
            raise CancelledError
    steps = doing(run)
    for number in count(1):
        try:
            yield next(steps)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        if meter.report(number):
            break
    raise CancelledError


def _crowd_of(run: RaceRun) -> Steps[PotentialOutcomes]:
    """Draw the crowd of a run, unless it is cached."""
    plan = run.plan
    return drawing_outcomes(plan.world, plan.visitors, plan.seed_of(run.repetition), plan.drift)


def doing(run: RaceRun) -> Steps[Outcome]:
    """Do one run, a visitor a step once the crowd is drawn; exceptions of contender and player are
    raised."""
    plan, world = run.plan, run.plan.world
    contender = plan.contenders[run.contender]
    seed, at = plan.seed_of(run.repetition), plan.points - 1
    crowd = yield from _crowd_of(run)
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
    """Let a contender serve a crowd, a visitor a step.

    Returns:
        the choice for each visitor, and the player's weights at each of the plan's points.
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
