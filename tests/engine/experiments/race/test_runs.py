"""Races: equal crowds for all contenders, and equal numbers in any executor."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from engine import PersonalizerError
from engine.experiments.race.contender_players import Choice, UniformPlayer
from engine.experiments.race.contenders import ABTest, Blind, Contender
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import (
    Failure,
    Outcome,
    UnderWay,
    attempt,
    do,
    playing,
    race,
    runs_of,
)
from engine.simulation.simulated_visitors import potential_outcomes
from engine.worlds import WORLDS, World
from tests.engine.experiments.race.races import FOUR, PLAN, bits, outcomes_of, shown

EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)


# -- the crowd ------------------------------------------------------------------------


@pytest.mark.no_cover
def test_a_plan_hands_every_contender_the_same_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[int, list[object]] = {}

    def watched(plan: Plan, contender: Contender, seed: int, met: object) -> object:
        seen.setdefault(seed, []).append(met)
        return playing(plan, contender, seed, met)  # type: ignore[arg-type]

    monkeypatch.setattr("engine.experiments.race.runs.playing", watched)
    outcomes_of(Plan(WORLDS["coffee"], FOUR, visitors=30, repetitions=3))
    assert len(seen) == 3
    for crowds in seen.values():
        assert len(crowds) == len(FOUR)
        assert all(met is crowds[0] for met in crowds)


# -- late rewards and periodic model updates ------------------------------------------


class Recorder:
    """A player that records the time of each reward learned."""

    def __init__(self) -> None:
        self.chosen = 0
        self.learned: list[tuple[int, int]] = []

    def choose(self, number: int, cell: int) -> Choice:
        self.chosen = number
        return Choice(0, number + 1.0)

    def learn(self, cell: int, choice: Choice, reward: float) -> None:
        self.learned.append((int(choice.propensity) - 1, self.chosen + 1))

    def weights(self) -> dict[str, float]:
        return {"learned": float(len(self.learned))}


@dataclass(frozen=True)
class Recording(Contender):
    player: Recorder

    def enter(self, world: World, seed: int) -> Recorder:
        return self.player


@pytest.mark.parametrize(("delay", "refresh"), [(0, 1), (3, 1), (0, 4), (5, 3), (40, 1)])
def test_rewards_are_learned_in_order_after_their_delay_at_the_next_refresh(
    delay: int, refresh: int
) -> None:
    contender = Recording("recording", Recorder())
    plan = Plan(WORLDS["coffee"], (contender,), visitors=30, delay=delay, refresh=refresh)
    shown(plan, contender)
    learned = contender.player.learned
    assert [number for number, _ in learned] == list(range(len(learned)))
    for number, before in learned:
        earliest = number + delay + 1
        assert before == -(-earliest // refresh) * refresh
    last = 29 - 29 % refresh
    assert len(learned) == max(0, last - delay)


def test_weights_of_hypotheses_are_recorded_at_every_point() -> None:
    plan = Plan(WORLDS["coffee"], (Recording("recording", Recorder()),), visitors=30)
    (outcome,) = [do(run) for run in runs_of(replace(plan, repetitions=1))]
    assert outcome.weights["learned"].tolist() == [point - 1 for point in plan.points]


@pytest.mark.slow
def test_late_rewards_and_stale_models_cost_a_learner() -> None:
    def regret(**changes: int) -> float:
        plan = Plan(WORLDS["coffee"], FOUR[:1], visitors=600, repetitions=2, **changes)  # type: ignore[arg-type]
        return float(np.mean([outcome.regret[-1] for outcome in outcomes_of(plan)]))

    at_once = regret()
    assert regret(delay=200) > at_once + 50
    assert regret(refresh=300) > at_once + 50


# -- outcomes -------------------------------------------------------------------------


@pytest.mark.no_cover
@EVERY_WORLD
def test_segments_add_up_to_the_whole(world: World) -> None:
    plan = Plan(world, FOUR, visitors=80, repetitions=2)
    names = world.segments()
    for outcome in outcomes_of(plan):
        for field in world.fields:
            places = [i for i, (of, _) in enumerate(names) if of is field]
            assert outcome.losses[places].sum() == pytest.approx(outcome.regret[-1])
            assert outcome.visitors[places].sum() == 80
    assert len(names) == sum(len(field.values) for field in world.fields)


def test_sums_are_those_of_the_visitors_up_to_each_point() -> None:
    plan = Plan(WORLDS["movies"], (Blind("uniform"),), visitors=451, repetitions=1, seed=2)
    (outcome,) = outcomes_of(plan)
    met = potential_outcomes(WORLDS["movies"], 451, plan.seed_of(0))
    positions = shown(plan, plan.contenders[0], plan.seed_of(0))
    assert {225, 451} <= set(plan.points.tolist())
    assert len(plan.points) <= 201
    for place, point in enumerate(plan.points.tolist()):
        rows = range(point)
        assert outcome.rewards[place] == sum(met.rewards[n, positions[n]] for n in rows)
        assert outcome.regret[place] == pytest.approx(
            sum(met.expected[n].max() - met.expected[n, positions[n]] for n in rows)
        )
    assert outcome.expected + outcome.regret == pytest.approx(met.best.cumsum()[plan.points - 1])


@pytest.mark.no_cover
def test_repetitions_differ_and_a_race_can_be_run_again() -> None:
    plan = Plan(WORLDS["coffee"], FOUR, visitors=60, repetitions=3, seed=5)
    first = bits(outcomes_of(plan))
    assert first == bits(outcomes_of(plan))
    assert len({first["ours", repetition] for repetition in range(3)}) == 3
    assert first["ours", 0] != bits(outcomes_of(replace(plan, seed=6)))["ours", 0]


# -- executors ------------------------------------------------------------------------


@contextmanager
def two_processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2) as executor:
        yield executor


@contextmanager
def dask_cluster() -> Iterator[Executor]:
    distributed: Any = import_module("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with (
        distributed.LocalCluster(**options, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor()


@pytest.mark.slow
@pytest.mark.parametrize(
    "executors", [two_processes, pytest.param(dask_cluster, marks=pytest.mark.nightly)]
)
def test_a_race_gives_the_same_numbers_in_any_executor(
    executors: Callable[[], Iterator[Executor]],
) -> None:
    with executors() as executor:  # type: ignore[attr-defined]
        assert bits(outcomes_of(PLAN, executor)) == bits(outcomes_of(PLAN))


def test_runs_and_outcomes_can_travel() -> None:
    run = next(runs_of(PLAN))
    again = pickle.loads(pickle.dumps(run))
    assert again == run
    outcome = do(again)
    assert bits([pickle.loads(pickle.dumps(outcome))]) == bits([do(run)])


class Held(Executor):
    """An executor whose runs finish when the test requests completion."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Outcome | Failure], object]] = []
        self.broken: BrokenExecutor | None = None

    def submit(  # type: ignore[override]
        self, fn: object, /, *args: object, **kwargs: object
    ) -> Future[Outcome | Failure]:
        if self.broken is not None:
            raise self.broken
        future: Future[Outcome | Failure] = Future()
        self.waiting.append((future, args[0]))
        return future

    def finish(self, runs: int) -> None:
        for future, run in self.waiting[:runs]:
            if future.set_running_or_notify_cancel():
                future.set_result(attempt(run))  # type: ignore[arg-type]
        del self.waiting[:runs]

    def end(self) -> None:
        """End the worker processes, with the effect of a dead `ProcessPoolExecutor`."""
        self.broken = BrokenExecutor("a process has ended")
        for future, _ in self.waiting:
            future.set_exception(self.broken)


@pytest.mark.no_cover
def test_a_race_under_way_sends_no_more_ahead_than_it_may() -> None:
    executor = Held()
    under_way = UnderWay(PLAN, executor, ahead=3)
    assert under_way.collect(timeout=0) == []
    assert len(executor.waiting) == 3
    executor.finish(2)
    assert len(under_way.collect(timeout=0)) == 2
    assert len(executor.waiting) == 3
    result = 2
    while not under_way.is_over:
        executor.finish(3)
        result += len(under_way.collect(timeout=0))
    assert result == 16
    assert not executor.waiting


def test_a_stopped_race_asks_for_nothing_more() -> None:
    executor = Held()
    under_way = UnderWay(PLAN, executor, ahead=5)
    under_way.collect(timeout=0)
    under_way.stop()
    assert under_way.is_over
    assert all(future.cancelled() for future, _ in executor.waiting)
    assert under_way.collect(timeout=0) == []


class Counter:
    """A meter of one process, which gives its run up after a number of visitors."""

    def __init__(self, most: int) -> None:
        self.served, self.most, self.uses = 0, most, 0

    def report(self, served: int) -> bool:
        self.served = served
        return served >= self.most

    def stop(self) -> None:
        self.most = 0

    def release(self) -> None:
        self.uses += 1


def test_a_metered_run_is_the_same_and_counts_its_visitors() -> None:
    meter = Counter(PLAN.visitors + 1)
    with ThreadPoolExecutor(1) as executor:
        under_way = UnderWay(replace(PLAN, repetitions=1), executor, 1, lambda: meter)
        (first,) = under_way.collect()
    assert isinstance(first, Outcome)
    assert bits([first]) == bits([do(next(runs_of(replace(PLAN, repetitions=1))))])
    assert meter.served == PLAN.visitors


def test_a_run_given_up_ends_with_the_visitor_and_fails() -> None:
    meter = Counter(7)
    failure = attempt(next(runs_of(PLAN)), meter)
    assert isinstance(failure, Failure)
    assert meter.served == 7


def test_a_run_can_be_given_up_while_its_crowd_is_drawn() -> None:
    plan = replace(PLAN, visitors=2_000, seed=99)
    meter = Counter(0)
    failure = attempt(next(runs_of(plan)), meter)
    assert isinstance(failure, Failure)
    assert meter.served == 0
    whole = attempt(next(runs_of(plan)), Counter(10**6))
    assert isinstance(whole, Outcome)
    assert bits([whole]) == bits([do(next(runs_of(plan)))])


def test_a_stopped_race_gives_up_its_runs_and_frees_their_meters() -> None:
    executor, meters = Held(), [Counter(9) for _ in range(3)]
    unused = iter(meters)
    under_way = UnderWay(PLAN, executor, 3, lambda: next(unused))
    under_way.collect(timeout=0)
    meters[0].served, meters[2].served = 4, 5
    assert under_way.served == 9
    under_way.stop()
    assert [meter.most for meter in meters] == [0, 0, 0]
    assert [meter.uses for meter in meters] == [1, 1, 1]
    assert under_way.served == 0


def test_leaving_a_race_early_cancels_what_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def counted(plan: Plan, contender: Contender, seed: int, met: Any) -> object:
        begun.append(seed)
        return playing(plan, contender, seed, met)

    monkeypatch.setattr("engine.experiments.race.runs.playing", counted)
    plan = replace(PLAN, repetitions=100, visitors=200)
    with ThreadPoolExecutor(1) as executor:
        next(race(plan, executor))
    assert len(begun) < plan.runs


# -- failing runs ---------------------------------------------------------------------


@dataclass(frozen=True)
class Faulty(Contender):
    """A contender that chooses uniformly, but raises before some crowds.

    Attributes:
        seeds: seeds of the crowds that fail.
        error, said: exception type and arguments.
    """

    seeds: tuple[int, ...]
    error: type[Exception]
    said: tuple[object, ...] = ()

    def enter(self, world: World, seed: int) -> UniformPlayer:
        if seed in self.seeds:
            raise self.error(*self.said)
        return UniformPlayer(world, seed)


SOUND = Plan(WORLDS["coffee"], (Blind("a"), Blind("b")), visitors=20, repetitions=5, seed=4)


def a_faulty_race(error: type[Exception], *said: object) -> Plan:
    """A race in which one contender raises in the third repetition."""
    return replace(SOUND, contenders=(Blind("a"), Faulty("b", (SOUND.seed_of(2),), error, said)))


@contextmanager
def nowhere_else() -> Iterator[None]:
    yield None


@pytest.mark.parametrize("executors", [nowhere_else, two_processes])
@pytest.mark.parametrize(
    ("error", "said", "told"),
    [
        (RuntimeError, ["no more\ncoffee"], "RuntimeError: no more coffee"),
        (KeyError, [], "KeyError"),
        (PersonalizerError, ["BadRequest", "trial is 0.", "trial"], "trial is 0."),
    ],
    ids=["exception", "silent", "refusal"],
)
def test_a_run_that_raises_is_a_failure_and_all_others_have_their_outcomes(
    executors: Callable[[], Iterator[Executor | None]],
    error: type[Exception],
    said: list[object],
    told: str,
) -> None:
    plan = a_faulty_race(error, *said)
    with executors() as executor:  # type: ignore[attr-defined]
        results = list(race(plan, executor))
    assert [r for r in results if isinstance(r, Failure)] == [Failure("b", 2, told)]
    actual = bits([r for r in results if isinstance(r, Outcome)])
    expected = bits(outcomes_of(SOUND))
    del expected["b", 2]
    assert actual == expected


def test_a_contender_that_cannot_enter_fails_in_every_repetition() -> None:
    contenders = (Blind("a"), ABTest("ab", 5, "shoe size"))
    plan = Plan(WORLDS["coffee"], contenders, visitors=20, repetitions=3)
    failures = [result for result in race(plan) if isinstance(result, Failure)]
    assert [(f.contender, f.repetition) for f in failures] == [("ab", 0), ("ab", 1), ("ab", 2)]
    assert failures[0].error.startswith("field is 'shoe size', but must be one of ")


def test_a_run_that_cannot_travel_is_a_failure() -> None:
    plan = a_faulty_race(RuntimeError, lambda: None)
    with pytest.raises((AttributeError, pickle.PicklingError)) as refused:
        pickle.dumps(plan)
    with two_processes() as executor:
        results = list(race(plan, executor))
    failures = [result for result in results if isinstance(result, Failure)]
    assert len(failures) == len(results) == 10
    kind = type(refused.value).__name__  # The wording differs between Python versions.
    assert all(failure.error.startswith(f"{kind}: ") for failure in failures)


def test_finished_runs_are_collected_before_a_broken_executor() -> None:
    executor = Held()
    under_way = UnderWay(PLAN, executor, ahead=4)
    under_way.collect(timeout=0)
    executor.finish(2)
    executor.end()
    assert len(under_way.collect(timeout=0)) == 2
    with pytest.raises(BrokenExecutor):
        under_way.collect(timeout=0)
