"""A world made from JSON goes wherever a world goes: crowds, races, stores, files, processes."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.evaluation.learning_curve import LearningCurve
from engine.experiments.apprentice_comparison import Comparison
from engine.experiments.race.plan import Plan
from engine.experiments.race.runs import race
from engine.experiments.race.standings import Standings
from engine.simulation.baselines import best_rule
from engine.simulation.simulated_visitors import crowd, nth_visitor
from engine.store import LoopLibrary, Store, StoredLoop
from engine.store.exchange.jsonl import export_lines
from engine.store.exchange.loop_import import import_file
from engine.worlds import World, world_from_json
from tests.engine.experiments.race.races import FOUR, bits, outcomes_of
from tests.engine.store.exchange.files import file_of, rejected
from tests.engine.worlds.random_worlds import bakery

BAKERY = world_from_json(bakery())


def with_curve(world: World | None) -> tuple[LearningCurve, ...]:
    return () if world is None else (LearningCurve(world),)


def seen_of(loop: LearningLoop, world: World) -> list[object]:
    """Decisions in every context and the next visitors, to the last bit."""
    previews = [loop.preview(world.actions, world.features(context)) for context in world.contexts]
    return [
        world.digest,
        world.expected.tobytes(),
        [nth_visitor(world, loop.seed, number) for number in range(5)],
        [(ranked.event_id, ranked.probabilities, ranked.means) for ranked in previews],
    ]


def seen_in_the_store(url: str, loop_id: str) -> list[object]:
    """The same values for a stored loop, in any process."""
    store = Store.open(url)
    stored = StoredLoop.open(store, loop_id)
    assert stored.world is not None
    result = seen_of(stored.loop, stored.world)
    store.close()
    return result


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """New processes without inherited state."""
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        yield executor


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/events.db"


@pytest.fixture
def library(url: str) -> Iterator[LoopLibrary]:
    store = Store.open(url)
    yield LoopLibrary(store, with_curve)
    store.close()


@pytest.fixture
def stored(library: LoopLibrary) -> StoredLoop:
    """A loop with forty visitors of the bakery."""
    stored = library.begin("me", BAKERY, 7, LearningLoop().settings)
    stored.together(lambda: list(crowd(stored.loop, BAKERY, 40)))
    return stored


# -- played ---------------------------------------------------------------------------


@pytest.mark.no_cover
def test_a_crowd_comes_in_and_the_loop_learns_what_it_likes() -> None:
    loop, curve = LearningLoop(seed=3), LearningCurve(BAKERY)
    list(crowd(loop, BAKERY, 400))
    curve.follow(loop)
    assert len(curve) == 400
    assert curve.rewards[-100:].mean() > BAKERY.single_value
    rows = favoured_actions(loop, BAKERY)
    assert [row["action"] for row in rows] == [row["best"] for row in rows]


def test_a_world_with_one_item_has_nothing_to_choose() -> None:
    data = bakery(items=bakery()["items"][:1], truth={"table": [[0.9], [0.1], [0.2], [0]]})
    world = world_from_json(data)
    assert [row["strength"] for row in favoured_actions(LearningLoop(), world)] == [0.0] * 4


def test_three_loops_are_compared_in_it() -> None:
    comparison = Comparison(BAKERY, best_rule(BAKERY, ["hurry"]), seed=2)
    for _ in range(20):
        comparison.step()
    comparison.go_online()
    assert 0 < comparison.value_online() <= BAKERY.best_value


# -- raced ----------------------------------------------------------------------------


@pytest.mark.no_cover
def test_a_race_comes_out_alike_here_and_in_other_processes(
    processes: ProcessPoolExecutor,
) -> None:
    plan = Plan(BAKERY, FOUR, visitors=40, repetitions=2, drift="slow", seed=5)
    here = outcomes_of(plan)
    assert bits(here) == bits(outcomes_of(plan, processes))
    standings = Standings(plan)
    for outcome in race(plan):
        standings.add(outcome)
    assert {(s.field, s.value) for s in standings.segments()} == {
        ("weather", "Sunny"), ("weather", "Rainy"), ("hurry", "yes"), ("hurry", "no"),
    }  # fmt: skip


# -- stored ---------------------------------------------------------------------------


def test_a_loop_comes_out_of_the_store_with_its_world(
    library: LoopLibrary, stored: StoredLoop, url: str, processes: ProcessPoolExecutor
) -> None:
    (about,) = library.store.loops("me")
    assert about.name == "Bakery, random seed 7"
    assert json.loads(str(about.world)) == BAKERY.to_json()
    stored.snapshot_if_due(every=1)
    again = StoredLoop.open(library.store, stored.id, with_curve)
    assert again.world == BAKERY
    assert again.follow(LearningCurve).regret == stored.follow(LearningCurve).regret
    seen = seen_of(stored.loop, BAKERY)
    assert seen_of(again.loop, again.world) == seen
    assert processes.submit(seen_in_the_store, url, stored.id).result() == seen


# -- in a file ------------------------------------------------------------------------


def test_a_file_carries_the_world_along(library: LoopLibrary, stored: StoredLoop) -> None:
    lines = list(export_lines(library.store, stored.id))
    assert json.loads(lines[0])["world"] == BAKERY.to_json()
    about = import_file(library, file_of(*lines), "other", "bakery.jsonl")
    back = library.open(about.id)
    assert back.world == BAKERY
    assert seen_of(back.loop, BAKERY) == seen_of(stored.loop, BAKERY)
    assert list(export_lines(library.store, about.id)) == lines
    library.store.delete(about.id, "other")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"items": []}, "its world cannot be read: the length of items is 0, but must be 1 to 50"),
        ({"version": 9}, "its world cannot be read: version is 9, but must be 1 to 6, which this"),
    ],
)
def test_a_world_that_cannot_be_read_keeps_a_file_out(
    library: LoopLibrary, stored: StoredLoop, change: dict[str, object], reason: str
) -> None:
    first, *rest = export_lines(library.store, stored.id)
    head = json.loads(first) | {"world": bakery(**change)}
    error = rejected(library, file_of(json.dumps(head), *rest))
    assert (error.faults[0].line, error.total) == (1, 1)
    assert error.faults[0].reason.startswith(reason)


@pytest.mark.no_cover
def test_events_are_checked_against_the_world_in_the_file(
    library: LoopLibrary, stored: StoredLoop
) -> None:
    first, *rest = export_lines(library.store, stored.id)
    fields = [bakery()["fields"][0], {"name": "hurry", "values": [{"name": "a"}, {"name": "b"}]}]
    head = json.loads(first) | {"world": bakery(fields=fields)}
    error = rejected(library, file_of(json.dumps(head), *rest))
    assert "nobody in Bakery comes in this context" in error.faults[0].reason
    head["world"] = bakery(items=bakery()["items"][::-1])
    error = rejected(library, file_of(json.dumps(head), *rest))
    assert "it offers what Bakery does not" in error.faults[0].reason
