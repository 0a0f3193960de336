"""Memory held by a server, and its release."""

import asyncio
import gc
import os
import sys
import weakref
from contextlib import suppress

import pytest

from pages.parts.shell.operations import memory_release
from pages.parts.shell.operations.memory_release import give_memory_back
from tests.faults.processes import resources

pytestmark = pytest.mark.slow


async def a_moment() -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(give_memory_back(lambda: 0.0, every=0.01), 0.5)


def test_old_reference_cycles_are_collected() -> None:
    gc.freeze()  # Collections look at what comes from here on, not at all tests' objects.

    class Session:
        itself: object = None

    left = Session()
    left.itself, seen = left, weakref.ref(left)
    gc.collect()  # From here on, it belongs to the oldest.
    del left
    asyncio.run(a_moment())
    assert seen() is None


@pytest.mark.parametrize(("people", "times"), [(11, 0), (12, 1), (24, 2)])
def test_memory_is_given_back_sooner_where_many_have_left(
    people: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, given = iter(range(people + 1)), list[float]()

    def tidy_up() -> float:
        given.append(1.0)
        return 0.0

    monkeypatch.setattr(memory_release, "_LOOKED", 0.0)
    monkeypatch.setattr(memory_release, "_tidy_up", tidy_up)
    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(give_memory_back(lambda: next(left), idle=lambda: 0))
    assert len(given) == times


@pytest.mark.skipif(sys.platform != "linux", reason="glibc keeps what lies between things in use")
def test_free_memory_between_used_blocks_is_released() -> None:
    block, many = 5_000, 8_000
    blocks = [bytes(block) for _ in range(many)]
    in_use = blocks[::100]
    del blocks
    before = resources(os.getpid()).memory
    asyncio.run(a_moment())
    assert len(in_use) == many / 100
    assert before - resources(os.getpid()).memory > block * many * 0.8 / 2**20


def test_results_that_nobody_needs_are_dropped_at_each_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, looks, tidied = iter([0.0] * 4), list[int](), list[int]()

    def tidy_up() -> float:
        tidied.append(len(looks))
        return 0.0

    def drop() -> int:
        looks.append(1)
        return memory_release._DROPPED // 2

    monkeypatch.setattr(memory_release, "_tidy_up", tidy_up)
    monkeypatch.setattr(memory_release, "_LOOKED", 0.0)
    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(give_memory_back(lambda: next(left), every=1_000.0, idle=drop))
    assert tidied == [2, 4]
