"""The lock of a loop: calls from any number of threads."""

import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from threading import Barrier
from typing import TypeVar

import pytest

from engine import EventLog, Hypothesis, LearningLoop, LoopSettings, PersonalizerError, Uniform
from engine.loop.entries import Configured
from tests.clock import ManualClock
from tests.engine.comparable import state_of
from tests.engine.requests import CONTEXTS, DRINKS, Json

T = TypeVar("T")


THREADS = 8


QUICK: Json = {"policy": Uniform(), "hypotheses": (Hypothesis(),), "may_change": False}


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads are interrupted every 10 microseconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[int], T]) -> list[T]:
    """Run the work in several threads that begin at once; return their results."""
    together = Barrier(THREADS)

    def begin(number: int) -> T:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def folded(loop: LearningLoop, clock: ManualClock) -> LearningLoop:
    """A loop made from another one's history alone."""
    log = EventLog()
    for entry in loop.log.history:
        log.append(entry)
    return LearningLoop.resume(log, seed=loop.seed, clock=clock)


@pytest.mark.no_cover
@pytest.mark.usefixtures("impatient")
def test_threads_that_rank_at_once_get_ids_and_answers_of_their_own(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(**QUICK), clock=clock)

    def work(number: int) -> list[str]:
        return [loop.rank(DRINKS, CONTEXTS[number % 4]).event_id for _ in range(200)]

    ids = list(chain.from_iterable(in_threads(work)))
    assert len(set(ids)) == len(ids) == THREADS * 200
    assert set(loop.events) == set(ids)
    assert state_of(loop) == state_of(folded(loop, clock))


@pytest.mark.no_cover
@pytest.mark.usefixtures("impatient")
def test_threads_may_do_anything_at_once(clock: ManualClock) -> None:
    loop = LearningLoop(LoopSettings(**QUICK), clock=clock)

    def work(number: int) -> list[str]:
        given = []
        for i in range(200):
            with suppress(PersonalizerError):  # other threads may have undone its event
                given.append(loop.rank(DRINKS, CONTEXTS[i % 4]).event_id)
                loop.reward(given[-1], i % 2)
                loop.answer(given[-1])
            if i == 3 * number:  # early, because the remaining log is learned again
                loop.undo_event()
            elif i == 3 * number + 1:
                loop.configure(default_reward=number / 10, crosses=number % 4)
            elif i % 25 == 0:
                ranked = loop.preview(DRINKS, CONTEXTS[number % 4])
                assert math.fsum(ranked.probabilities) == pytest.approx(1)
                assert loop.belief(DRINKS).mean.shape == (3,)
                loop.contributions(ranked)
                entries = list(loop.log)
                assert isinstance(entries[0], Configured)
                assert loop.log.mark.counting <= loop.log.position
        return given

    ids = list(chain.from_iterable(in_threads(work)))
    assert set(loop.events) <= set(ids)
    assert state_of(loop) == state_of(folded(loop, clock))
