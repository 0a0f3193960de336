"""Processes that rank and reward on a shared stored loop, and their results."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TypeVar

import numpy as np

from engine import LearningLoop
from engine.loop.entries import Entry, Ranked, Rewarded, Undone
from engine.loop.log import EventLog
from engine.simulation.simulated_visitors import crowd, nth_visitor, serve
from engine.store import Store, StoredLoop
from engine.worlds import WORLDS, world_from_text

T = TypeVar("T")
WORLD = WORLDS["coffee"]
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.engine.store.workers"])


def serve_next(kept: StoredLoop) -> dict[str, object]:
    """Serve the next visitor of the loop's crowd, Rank and Reward in one commit."""
    loop = kept.loop
    return loop.together(
        lambda: serve(loop, WORLD, nth_visitor(WORLD, loop.seed, len(loop.events)))
    )


def beliefs(loop: LearningLoop) -> list[tuple[object, ...]]:
    """Decisions that the loop would make in every context, to the last bit."""
    ranked = [loop.preview(WORLD.actions, WORLD.features(context)) for context in WORLD.contexts]
    return [(r.event_id, r.probabilities, r.means, r.sds, r.draw, r.shown) for r in ranked]


def from_scratch(store: Store, loop_id: str) -> LearningLoop:
    """The loop as a fold over its whole log."""
    entries = store.read(loop_id, 0, store.length(loop_id))
    return _fold(entries, store.loop_info(loop_id).seed)


def _fold(entries: Iterable[Entry | Undone], seed: int) -> LearningLoop:
    log = EventLog()
    for entry in entries:
        log.append(entry, recorded=True)
    return LearningLoop.resume(log, seed=seed)


# -- crashes --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Crashes:
    """Results of a series of crashes.

    Attributes:
        rounds: how often a process was killed.
        acknowledged: events whose reward was acknowledged before.
        kept: events in the log at the end.
    """

    rounds: int
    acknowledged: int
    kept: int


def crash(url: str, loop_id: str, rounds: int, rng: np.random.Generator) -> Crashes:
    """Kill a process that works on a loop at random moments, repeatedly.

    Raises:
        AssertionError: if an acknowledged event is lost or doubled, or if the loop that
            comes back differs from the fold of its log from scratch.
    """
    store, acknowledged = Store.open(url), 0
    for _ in range(rounds):
        acknowledged_ids = _run_and_kill(url, loop_id, float(rng.uniform(0.002, 0.15)))
        acknowledged += len(acknowledged_ids)
        _check(store, loop_id, acknowledged_ids)
    kept = len(StoredLoop.open(store, loop_id).loop.events)
    store.close()
    return Crashes(rounds, acknowledged, kept)


def _run_and_kill(url: str, loop_id: str, after: float) -> list[str]:
    """Start a worker, kill it so many seconds after its first event; return the acknowledged
    events.
    """
    hear, tell = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_work_until_killed, args=(url, loop_id, tell))
    process.start()
    tell.close()
    acknowledged = [hear.recv()]
    time.sleep(after)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while True:
        try:
            acknowledged.append(hear.recv())
        except EOFError:
            return acknowledged


def _work_until_killed(url: str, loop_id: str, tell: Connection) -> None:
    kept = StoredLoop.open(Store.open(url), loop_id)
    while True:
        tell.send(_serve_slowly(kept.loop))
        kept.snapshot_if_due(every=60)


def _serve_slowly(loop: LearningLoop) -> str:
    """Serve the next visitor, Rank and Reward each in a separate commit; return the event's id."""
    visitor = nth_visitor(WORLD, loop.seed, len(loop.events))
    answer = loop.rank(WORLD.actions, WORLD.features(visitor.context))
    value = WORLD.answer(visitor.context, answer.reward_action_id, visitor.uniform)
    loop.reward(answer.event_id, value)
    return answer.event_id


def _check(store: Store, loop_id: str, acknowledged: Sequence[str]) -> None:
    # The database may still commit the last statement of a killed process: the comparison is made
    # at the position where the loop was opened.
    back = StoredLoop.open(store, loop_id).loop
    entries = list(store.read(loop_id, 0, back.log.position))
    ranked = [entry.event_id for entry in entries if isinstance(entry, Ranked)]
    rewarded = [entry.event_id for entry in entries if isinstance(entry, Rewarded)]
    assert len(set(ranked)) == len(ranked), "an event is doubled"
    assert len(set(rewarded)) == len(rewarded), "a reward is doubled"
    assert set(acknowledged) <= set(rewarded), "an acknowledged event is lost"
    assert len(back.events) == len(ranked)
    assert beliefs(back) == beliefs(_fold(entries, back.seed))


# -- several at once ------------------------------------------------------------------


def together(url: str, loop_id: str, processes: int, events: int) -> list[list[tuple[object, ...]]]:
    """Let processes serve visitors on one loop concurrently; return the final beliefs of each."""
    results = _CONTEXT.SimpleQueue()
    gate = _CONTEXT.Barrier(processes)
    workers = [
        _CONTEXT.Process(target=_work_beside_others, args=(url, loop_id, events, gate, results))
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    result: list[list[tuple[object, ...]]] = []
    while len(result) < processes:
        if results.empty():
            assert not any(worker.exitcode for worker in workers), "a process failed"
            time.sleep(0.01)
        else:
            result.append(results.get())
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return result


def _work_beside_others(url: str, loop_id: str, events: int, gate: object, results: object) -> None:
    kept = StoredLoop.open(Store.open(url, patience=60), loop_id)
    gate.wait()  # type: ignore[attr-defined]
    for _ in range(events):
        _serve_slowly(kept.loop)
        kept.snapshot_if_due(every=100)
    gate.wait()  # type: ignore[attr-defined]
    kept.loop.catch_up()
    results.put(beliefs(kept.loop))  # type: ignore[attr-defined]


# -- sequential processes -------------------------------------------------------------


def elsewhere(work: Callable[..., T], *args: str) -> T:
    """Run the work in a separate process and return its result."""
    with _CONTEXT.Pool(1) as pool:
        return pool.apply(work, args)


def keep_and_play(url: str, text: str) -> tuple[str, str]:
    """Keep a world, and let two visitors into a loop in it; the world's key, and the loop's id."""
    store, world = Store.open(url), world_from_text(text)
    key = store.keep_world(world, "me").key
    kept = StoredLoop.create(store, owner="me", world=world, seed=1)
    list(crowd(kept.loop, world, 2))
    return key, kept.id


def played_so_far(url: str, loop_id: str) -> int:
    """Number of visitors of a loop."""
    return len(StoredLoop.open(Store.open(url), loop_id).loop.events)
