"""Races: the same crowds for all, exactly what a loop would do, the same numbers anywhere."""

import pickle
import time
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

from engine import EpsilonGreedy, LearningLoop, LoopSettings, PersonalizerError, Thompson, Uniform
from engine.experiments.race.contenders import ABTest, Blind, Contender, Learner, line_up
from engine.experiments.race.plan import Plan
from engine.experiments.race.players import Choice, UniformPlayer
from engine.experiments.race.runs import (
    Failure,
    Outcome,
    UnderWay,
    attempt,
    do,
    play,
    race,
    runs_of,
    segments_of,
)
from engine.simulation.crowd import crowd, visitor
from engine.simulation.drift import Drift, drifting
from engine.simulation.outcomes import potential_outcomes
from engine.worlds import WORLDS, World
from tests.engine.helpers import refusal

COFFEE = WORLDS["coffee"]
EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
QUICK = LoopSettings(policy=Thompson(draws=64))
FOUR = (
    Learner("ours", QUICK),
    Learner("epsilon", QUICK, EpsilonGreedy(0.1)),
    ABTest("ab", 20),
    Blind("uniform"),
)


def outcomes_of(plan: Plan, executor: Executor | None = None) -> list[Outcome]:
    """What comes of a race in which nothing fails."""
    results = list(race(plan, executor))
    outcomes = [result for result in results if isinstance(result, Outcome)]
    assert outcomes == results
    return outcomes


def bits(outcomes: list[Outcome]) -> dict[tuple[str, int], bytes]:
    """Every number of each outcome, by contender and repetition."""
    return {
        (o.contender, o.repetition): b"".join(
            part.tobytes()
            for part in (
                o.rewards, o.expected, o.regret, o.visitors, o.losses, *o.weights.values()
            )
        )
        for o in outcomes
    }  # fmt: skip


def shown(plan: Plan, contender: Contender, seed: int = 3) -> list[int]:
    """What a contender shows to each visitor."""
    met = potential_outcomes(WORLDS[plan.world], plan.visitors, seed, plan.drift)
    return [choice.position for choice in play(plan, contender, seed, met)[0]]


# -- the crowd ------------------------------------------------------------------------


@EVERY_WORLD
def test_guests_are_the_visitors_of_the_simulation_with_what_they_would_answer(
    world: World,
) -> None:
    met = potential_outcomes(world, 40, 5)
    for number in range(40):
        guest = visitor(world, 5, number)
        assert met.cells[number] == world.cell(guest.context)
        answers = [world.answer(guest.context, item.id, guest.uniform) for item in world.items]
        assert met.rewards[number].tolist() == answers
        assert met.expected[number] == pytest.approx(world.expected[met.cells[number]])


def test_a_plan_hands_every_contender_the_same_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[int, list[object]] = {}

    def watched(plan: Plan, contender: Contender, seed: int, met: object) -> object:
        seen.setdefault(seed, []).append(met)
        return play(plan, contender, seed, met)  # type: ignore[arg-type]

    monkeypatch.setattr("engine.experiments.race.runs.play", watched)
    outcomes_of(Plan("coffee", FOUR, visitors=30, repetitions=3))
    assert len(seen) == 3
    for crowds in seen.values():
        assert len(crowds) == len(FOUR)
        assert all(met is crowds[0] for met in crowds)


# -- learners are loops ---------------------------------------------------------------


@pytest.mark.parametrize("world", ["coffee", "news"])
@pytest.mark.parametrize(
    "settings",
    [LoopSettings(), LoopSettings(policy=EpsilonGreedy(0.3)), LoopSettings.classic()],
    ids=["ours", "epsilon", "classic"],
)
def test_a_learner_does_exactly_what_its_loop_does(world: str, settings: LoopSettings) -> None:
    place = WORLDS[world]
    rows = list(crowd(LearningLoop(settings, seed=11), place, 150))
    met = potential_outcomes(place, 150, 11)
    plan = Plan(world, (Learner("it", settings),), visitors=150)
    choices, _ = play(plan, plan.contenders[0], 11, met)
    assert [place.items[choice.position].id for choice in choices] == [r["action"] for r in rows]
    assert [choice.propensity for choice in choices] == [r["probability"] for r in rows]
    rewards = [met.rewards[n, choice.position] for n, choice in enumerate(choices)]
    assert rewards == [r["reward"] for r in rows]


def test_uniform_chooses_as_a_uniform_loop_does() -> None:
    loop = LearningLoop(LoopSettings(policy=Uniform()), seed=3)
    rows = list(crowd(loop, COFFEE, 60))
    plan = Plan("coffee", (Blind("uniform"),), visitors=60)
    ids = [COFFEE.items[position].id for position in shown(plan, plan.contenders[0])]
    assert ids == [row["action"] for row in rows]


def test_uniforms_regret_is_what_the_world_says() -> None:
    plan = Plan("news", (Blind("uniform"),), visitors=500, repetitions=30, seed=1)
    news = WORLDS["news"]
    losses = np.array([outcome.regret[-1] for outcome in outcomes_of(plan)])
    expected = 500 * (news.best_value - news.uniform_value)
    assert abs(losses.mean() - expected) < 4 * losses.std(ddof=1) / 30**0.5
    assert losses.std(ddof=1) < 0.1 * expected


def test_everybody_in_the_line_up_can_race_in_every_world() -> None:
    for key, world in WORLDS.items():
        entered = tuple(line_up(world, trial=10).values())
        plan = Plan(key, entered, visitors=25, repetitions=1, delay=2, refresh=3, drift="slow")
        assert [o.contender for o in race(plan)] == [contender.key for contender in entered]


# -- A/B tests ------------------------------------------------------------------------


def test_an_ab_test_shows_the_item_that_earned_most_in_its_trial() -> None:
    plan = Plan("news", (ABTest("ab", 50),), visitors=120)
    met = potential_outcomes(WORLDS["news"], 120, 3)
    positions = shown(plan, plan.contenders[0])
    uniform = shown(plan, Blind("uniform"))
    assert positions[:50] == uniform[:50]
    earned: dict[int, list[float]] = {}
    for number, position in enumerate(positions[:50]):
        earned.setdefault(position, []).append(met.rewards[number, position])
    means = {position: sum(rewards) / len(rewards) for position, rewards in earned.items()}
    winner = min(means, key=lambda position: (-means[position], position))
    assert set(positions[50:]) == {winner}


def test_an_ab_test_by_hand() -> None:
    player = ABTest("ab", 4).enter(COFFEE, seed=1)
    for position, reward in ((0, 0.5), (1, 1.0), (1, 0.0), (3, 0.5)):
        assert player.choose(0, 0).propensity == 0.25
        player.learn(0, Choice(position, 0.25), reward)
    # Means: .5, .5, none, .5. The first of equals wins, and an item nobody saw does not.
    assert {player.choose(number, number % 36) for number in range(50)} == {Choice(0, 1.0)}
    player.learn(0, Choice(2, 0.25), 1.0)
    assert player.choose(0, 0).position == 0


def test_an_ab_test_per_segment_has_a_winner_for_each_and_for_strangers_the_overall_one() -> None:
    player = ABTest("segments", 4, "name").enter(COFFEE, seed=1)
    names = [context["name"] for context in COFFEE.contexts]
    alice, bob = names.index("Alice"), names.index("Bob")
    for cell, position, reward in ((alice, 1, 1.0), (alice, 2, 0.0), (bob, 2, 1.0), (bob, 2, 1.0)):
        player.learn(cell, Choice(position, 0.25), reward)
    assert player.choose(9, alice).position == 1
    assert player.choose(9, bob).position == 2
    # Overall: item 1 earned 1 of 1, item 2 two of three.
    assert player.choose(9, names.index("Cathy")).position == 1


def test_a_trial_waits_for_its_rewards() -> None:
    plan = Plan("coffee", (ABTest("ab", 20),), visitors=200, delay=30)
    positions, uniform = shown(plan, plan.contenders[0]), shown(plan, Blind("uniform"))
    assert positions[:50] == uniform[:50]
    assert len(set(positions[50:])) == 1


# -- late rewards, a model that is refreshed now and then -----------------------------


class Recorder:
    """A player that writes down when it learned what."""

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


class Recording:
    key = "recording"

    def __init__(self) -> None:
        self.player = Recorder()

    def enter(self, world: World, seed: int) -> Recorder:
        return self.player


@pytest.mark.parametrize(("delay", "refresh"), [(0, 1), (3, 1), (0, 4), (5, 3), (40, 1)])
def test_rewards_are_learned_in_order_after_their_delay_at_the_next_refresh(
    delay: int, refresh: int
) -> None:
    contender = Recording()
    plan = Plan("coffee", (contender,), visitors=30, delay=delay, refresh=refresh)
    shown(plan, contender)
    learned = contender.player.learned
    assert [number for number, _ in learned] == list(range(len(learned)))
    for number, before in learned:
        earliest = number + delay + 1
        assert before == -(-earliest // refresh) * refresh
    last = 29 - 29 % refresh
    assert len(learned) == max(0, last - delay)


def test_what_the_hypotheses_weigh_is_kept_at_every_point() -> None:
    plan = Plan("coffee", (Recording(),), visitors=30)
    (outcome,) = [do(run) for run in runs_of(replace(plan, repetitions=1))]
    assert outcome.weights["learned"].tolist() == [point - 1 for point in plan.points]


def test_late_rewards_and_stale_models_cost_a_learner() -> None:
    def regret(**changes: int) -> float:
        plan = Plan("coffee", FOUR[:1], visitors=600, repetitions=3, **changes)  # type: ignore[arg-type]
        return float(np.mean([outcome.regret[-1] for outcome in outcomes_of(plan)]))

    at_once = regret()
    assert regret(delay=200) > at_once + 50
    assert regret(refresh=300) > at_once + 50


# -- drift ----------------------------------------------------------------------------


@EVERY_WORLD
def test_a_change_hands_every_taste_on_to_another_item(world: World) -> None:
    tastes = drifting(world, "halfway", 100, seed=4)
    np.testing.assert_array_equal(tastes.before, world.outcomes)
    for before, after in zip(tastes.before, tastes.after, strict=True):
        assert sorted(map(tuple, before)) == sorted(map(tuple, after))
    if world is COFFEE:
        best = (tastes.before[:, :, 2].argmax(axis=1), tastes.after[:, :, 2].argmax(axis=1))
        assert (best[0] != best[1]).all()


@pytest.mark.parametrize(("drift", "moved"), [("none", 0.0), ("halfway", 0.5), ("slow", 0.5)])
def test_drift_changes_nothing_all_at_once_or_cell_by_cell(drift: Drift, moved: float) -> None:
    visitors = 2_000
    met, still = (
        potential_outcomes(COFFEE, visitors, 1, drift),
        potential_outcomes(COFFEE, visitors, 1),
    )
    changed = (met.expected != still.expected).any(axis=1)
    assert changed.mean() == pytest.approx(moved, abs=0.04)
    np.testing.assert_array_equal(met.best, still.best)
    np.testing.assert_array_equal(met.cells, still.cells)
    if drift == "halfway":
        assert changed.tolist() == [False] * 1_000 + [True] * 1_000
    if drift == "slow":
        since = drifting(COFFEE, "slow", visitors, 1).since
        assert len(set(since.tolist())) == len(COFFEE.contexts)
        assert 0 < since.min() < since.max() < visitors


def test_which_tastes_move_depends_on_the_seed() -> None:
    one, same, other = (drifting(COFFEE, "halfway", 10, seed).after for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


# -- outcomes -------------------------------------------------------------------------


@EVERY_WORLD
def test_segments_add_up_to_the_whole(world: World) -> None:
    plan = Plan(world.key, FOUR, visitors=80, repetitions=2)
    names = segments_of(world)
    for outcome in outcomes_of(plan):
        for field in world.fields:
            places = [i for i, (name, _) in enumerate(names) if name == field.name]
            assert outcome.losses[places].sum() == pytest.approx(outcome.regret[-1])
            assert outcome.visitors[places].sum() == 80
    assert len(names) == sum(len(field.values) for field in world.fields)


def test_sums_are_those_of_the_visitors_up_to_each_point() -> None:
    plan = Plan("movies", (Blind("uniform"),), visitors=451, repetitions=1, seed=2)
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


def test_repetitions_differ_and_a_race_can_be_run_again() -> None:
    plan = Plan("coffee", FOUR, visitors=60, repetitions=3, seed=5)
    first = bits(outcomes_of(plan))
    assert first == bits(outcomes_of(plan))
    assert len({first["ours", repetition] for repetition in range(3)}) == 3
    assert first["ours", 0] != bits(outcomes_of(replace(plan, seed=6)))["ours", 0]


# -- executors ------------------------------------------------------------------------

PLAN = Plan("coffee", FOUR, visitors=60, repetitions=4, drift="halfway", delay=3, seed=9)


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


@pytest.mark.parametrize("executors", [two_processes, dask_cluster])
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
    """An executor whose runs are done when the test says so."""

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
        """Its processes have ended: as `ProcessPoolExecutor` does then."""
        self.broken = BrokenExecutor("a process has ended")
        for future, _ in self.waiting:
            future.set_exception(self.broken)


def test_a_race_under_way_sends_no_more_ahead_than_it_may() -> None:
    executor = Held()
    under_way = UnderWay(PLAN, executor, ahead=3)
    assert under_way.collect(timeout=0) == []
    assert len(executor.waiting) == 3
    executor.finish(2)
    assert len(under_way.collect(timeout=0)) == 2
    assert len(executor.waiting) == 3
    found = 2
    while not under_way.is_over:
        executor.finish(3)
        found += len(under_way.collect(timeout=0))
    assert found == 16
    assert not executor.waiting


def test_a_stopped_race_asks_for_nothing_more() -> None:
    executor = Held()
    under_way = UnderWay(PLAN, executor, ahead=5)
    under_way.collect(timeout=0)
    under_way.stop()
    assert under_way.is_over
    assert all(future.cancelled() for future, _ in executor.waiting)
    assert under_way.collect(timeout=0) == []


def test_leaving_a_race_early_cancels_what_has_not_begun() -> None:
    with ThreadPoolExecutor(1) as executor:
        plan = replace(PLAN, repetitions=100, visitors=2_000)
        next(race(plan, executor))
        start = time.monotonic()
        executor.shutdown()
        assert time.monotonic() - start < 5


# -- runs that fail -------------------------------------------------------------------


@dataclass(frozen=True)
class Faulty:
    """Chooses uniformly, but raises before some crowds.

    Attributes:
        seeds: of those crowds.
        error, said: what it raises, and with what.
    """

    key: str
    seeds: tuple[int, ...]
    error: type[Exception]
    said: tuple[object, ...] = ()

    def enter(self, world: World, seed: int) -> UniformPlayer:
        if seed in self.seeds:
            raise self.error(*self.said)
        return UniformPlayer(world, seed)


SOUND = Plan("coffee", (Blind("a"), Blind("b")), visitors=20, repetitions=5, seed=4)


def a_faulty_race(error: type[Exception], *said: object) -> Plan:
    """The same race, but one contender raises in its third repetition."""
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
    found = bits([r for r in results if isinstance(r, Outcome)])
    expected = bits(outcomes_of(SOUND))
    del expected["b", 2]
    assert found == expected


def test_a_contender_that_cannot_enter_fails_in_every_repetition() -> None:
    plan = Plan("coffee", (Blind("a"), ABTest("ab", 5, "shoe size")), visitors=20, repetitions=3)
    failures = [result for result in race(plan) if isinstance(result, Failure)]
    assert [(f.contender, f.repetition) for f in failures] == [("ab", 0), ("ab", 1), ("ab", 2)]
    assert failures[0].error.startswith("field is 'shoe size', but must be one of ")


def test_a_run_that_cannot_travel_is_a_failure() -> None:
    plan = a_faulty_race(RuntimeError, lambda: None)
    with two_processes() as executor:
        results = list(race(plan, executor))
    failures = [result for result in results if isinstance(result, Failure)]
    assert len(failures) == len(results) == 10
    assert all("pickle" in failure.error for failure in failures)


def test_what_was_done_before_an_executor_broke_is_collected_first() -> None:
    executor = Held()
    under_way = UnderWay(PLAN, executor, ahead=4)
    under_way.collect(timeout=0)
    executor.finish(2)
    executor.end()
    assert len(under_way.collect(timeout=0)) == 2
    with pytest.raises(BrokenExecutor):
        under_way.collect(timeout=0)


# -- what is refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "target"),
    [({"world": "moon"}, "world"), ({"contenders": ()}, "contenders"),
     ({"contenders": (Blind("a"), Blind("a"))}, "contenders"), ({"visitors": 0}, "visitors"),
     ({"visitors": 20_001}, "visitors"), ({"repetitions": 501}, "repetitions"),
     ({"drift": "fast"}, "drift"), ({"delay": -1}, "delay"), ({"refresh": 0}, "refresh"),
     ({"seed": -1}, "seed")],
)  # fmt: skip
def test_a_plan_that_cannot_be_raced_is_refused(change: dict[str, object], target: str) -> None:
    assert refusal(lambda: replace(PLAN, **change)).target == target  # type: ignore[arg-type]


def test_contenders_that_cannot_race_are_refused() -> None:
    assert refusal(lambda: ABTest("ab", 0)).target == "trial"
    assert refusal(lambda: ABTest("ab", 5, "shoe size").enter(COFFEE, 1)).target == "field"
    assert PLAN.steps == 60 * 4 * 4
