"""The cache of results: bounded in bytes and in idle time."""

import gc
import weakref

import pytest

from engine import LearningLoop
from engine.evaluation.favoured_actions import favoured_actions
from engine.result_cache import _LEAST, RESULTS, ROOM, ResultCache
from engine.worlds import world_from_text
from tests.engine.worlds.large_worlds import deep


class Clock:
    """Seconds that are advanced by a test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_result_is_computed_once_while_it_is_kept() -> None:
    made, results = list[str](), ResultCache(room=10 * _LEAST)

    def compute() -> list[str]:
        made.append("again")
        return made

    first = results.get("key", compute, lambda _: 1)
    assert results.get("key", compute, lambda _: 1) is first
    assert made == ["again"]


def test_bytes_are_counted_and_what_was_used_longest_ago_goes_first() -> None:
    results = ResultCache(room=3 * (_LEAST + 100))
    for key in "abc":
        results.get(key, object, lambda _: 100)
    results.get("a", object, lambda _: 100)
    results.get("d", object, lambda _: 100)
    assert [key for key in "abcd" if key in results] == ["a", "c", "d"]
    assert results.bytes == 3 * (_LEAST + 100)
    results.get("larger than the room", object, lambda _: 10 * _LEAST)
    assert "larger than the room" not in results
    assert "a" in results


def test_unused_results_are_released() -> None:
    clock = Clock()
    results = ResultCache(now=clock)
    results.get("a", object, lambda _: 100)
    clock.seconds = 20.0
    results.get("b", object, lambda _: 100)
    clock.seconds = 35.0
    assert results.give_back(30.0) == _LEAST + 100
    assert [key for key in "ab" if key in results] == ["b"]
    clock.seconds = 60.0
    results.give_back(30.0)
    assert results.bytes == 0


@pytest.mark.nightly
def test_results_of_large_worlds_are_bounded_and_released() -> None:
    RESULTS.give_back(idle=-1.0)
    worlds = [deep(f"World {n}") for n in range(25)]
    for number, world in enumerate(worlds):
        loop = LearningLoop(seed=number)
        for cell in range(0, world.size, world.size // 10):
            loop.rank(world.actions, world.features(world.contexts[cell]))
            favoured_actions(loop, world, world.mapped(world.contexts[cell], "f0", "f1"))
        assert world.ceilings.best.value > 0
        assert RESULTS.bytes <= ROOM
    assert RESULTS.bytes > 20 << 20
    RESULTS.give_back(idle=-1.0)
    assert RESULTS.bytes == 0
    kept = sum(
        len(value)
        for world in worlds
        for value in vars(world).values()
        if isinstance(value, dict | list)
    )
    assert kept < 25 * 60


def test_a_world_that_is_read_again_is_the_same_as_long_as_somebody_has_it() -> None:
    gc.freeze()  # The collection below looks at what comes from here on, not at all tests' objects.
    world = world_from_text(deep().text)
    RESULTS.give_back(idle=-1.0)
    assert world_from_text(world.text) is world
    text, gone = world.text, weakref.ref(world)
    del world
    RESULTS.give_back(idle=-1.0)
    gc.collect()
    assert gone() is None
    assert world_from_text(text).size == 50**4


def test_a_key_may_ask_for_other_results_and_a_result_that_goes_too() -> None:
    """A world in a key is hashed by its cached truth; a deadlock would wait for ever here."""
    results = ResultCache(room=2 * _LEAST)

    class Key:
        def __hash__(self) -> int:
            return results.get("inner", lambda: 7, lambda _: 0)

        def __del__(self) -> None:
            results.get("last", object, lambda _: 0)

    results.get(Key(), object, lambda _: 0)
    for number in range(5):
        results.get(number, object, lambda _: 0)
    assert results.bytes <= 2 * _LEAST
