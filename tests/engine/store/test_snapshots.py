"""Snapshots that are missing, damaged or of another version."""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from sqlalchemy import func, select, update

from engine import LearningLoop, LoopSettings
from engine.evaluation.learning_curve import LearningCurve
from engine.loop.state import LoopState
from engine.pausable_steps import finish
from engine.simulation.simulated_visitors import crowd
from engine.store import Store, StoredLoop, StoreError, snapshots
from engine.store.schema import SNAPSHOTS
from engine.store.snapshots import Snapshot
from engine.worlds.taste import Context, Item, Taste
from tests.engine.store.snapshot_loops import LEARNERS, loop_with_snapshots, with_curve
from tests.engine.store.workers import WORLD, beliefs, serve_next


@pytest.mark.combinations
@pytest.mark.slow
@pytest.mark.parametrize(
    ("learner", "entries"), [("online", 1), *product(LEARNERS, (21, 70))], ids=str
)
def test_undo_reaches_behind_snapshots(plain_store: Store, learner: str, entries: int) -> None:
    settings = LEARNERS[learner]
    kept = loop_with_snapshots(plain_store, settings)
    memory = LearningLoop(settings, seed=7)
    list(crowd(memory, WORLD, 40))
    for loop in (kept.loop, memory):
        loop.undo(entries)
    assert beliefs(kept.loop) == beliefs(memory)
    assert list(kept.loop.events) == list(memory.events)
    back = StoredLoop.open(plain_store, kept.id, with_curve)
    assert beliefs(back.loop) == beliefs(memory)
    assert plain_store.loop_info(kept.id).events == len(memory.events)
    curve = LearningCurve(WORLD)
    curve.follow(memory)
    for each in (kept, back):
        stored_curve = each.follow(LearningCurve)
        np.testing.assert_array_equal(stored_curve.rewards, curve.rewards)
        assert list(stored_curve.rows()) == list(curve.rows())
    for _ in range(20):
        serve_next(kept)
        kept.snapshot_if_due(15)
    list(crowd(memory, WORLD, 20))
    assert beliefs(kept.loop) == beliefs(memory)
    assert beliefs(StoredLoop.open(plain_store, kept.id).loop) == beliefs(memory)


def restored(store: Store, loop_id: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Parts of snapshots used when a loop is opened and its curve is drawn."""
    used: list[str] = []

    def noted(loop: str, snapshot: Snapshot) -> bytes | None:
        used.append(snapshot.part)
        return Store.data(store, loop, snapshot)

    with monkeypatch.context() as patch:
        patch.setattr(store, "data", noted)
        StoredLoop.open(store, loop_id, with_curve).follow(LearningCurve)
    return used


@pytest.mark.parametrize(
    ("changed", "parts"),
    [(None, ["loop", "LearningCurve"]), (LoopState, ["LearningCurve"]), (LearningCurve, ["loop"])],
)
def test_a_part_of_another_version_is_folded_anew_and_the_others_are_used(
    plain_store: Store,
    monkeypatch: pytest.MonkeyPatch,
    changed: type | None,
    parts: list[str],
) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    if changed is not None:
        monkeypatch.setattr(changed, "version", "another")
    assert restored(plain_store, kept.id, monkeypatch) == parts
    back = StoredLoop.open(plain_store, kept.id, with_curve)
    assert beliefs(back.loop) == beliefs(kept.loop)
    assert list(back.follow(LearningCurve).rows()) == list(kept.follow(LearningCurve).rows())
    # The next snapshot has this version; of the older ones, only those of this version remain.
    assert back.snapshot_if_due(every=30) == (changed is not None)
    latest = {snapshot.part: snapshot.version for snapshot in plain_store.snapshots(kept.id)}
    assert latest == {"loop": LoopState.version, "LearningCurve": LearningCurve(WORLD).version}


def test_the_curve_is_what_the_log_and_the_world_of_today_give(plain_store: Store) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    before = kept.follow(LearningCurve).regret

    def bland(context: Context, item: Item) -> Taste:
        return Taste(half=0.5, full=0.0)

    edited = LearningCurve(replace(WORLD, taste=bland))
    curve = StoredLoop.open(plain_store, kept.id, lambda _: [edited]).follow(LearningCurve)
    assert before > 1
    assert curve.regret == 0
    assert curve.rewards.tolist() == kept.follow(LearningCurve).rewards.tolist()


def test_a_snapshot_that_cannot_be_written_is_no_failure(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings(), events=5, every=1_000)

    def fail(*_: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(plain_store, "put_snapshots", fail)
    assert not kept.snapshot_if_due(every=1)
    serve_next(kept)
    assert len(kept.loop.events) == 6


@pytest.mark.no_cover
def test_any_moment_of_a_loop_that_is_opened_again_is_a_short_fold_away(
    plain_store: Store,
) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    back = StoredLoop.open(plain_store, kept.id, with_curve)
    for entries in (9, 37, 52, 76):
        steps = back.as_of(entries)
        folded = 0
        with suppress(StopIteration):
            while True:
                next(steps)
                folded += 1
        # A snapshot every 15 entries or one more; for the curve they are read, then folded.
        assert folded <= 3 * 16
        memory = LearningLoop.resume(kept.loop.log.until(entries), seed=7)
        assert beliefs(finish(back.as_of(entries)).loop) == beliefs(memory)


def test_snapshots_stand_all_along_a_log_in_a_bounded_room(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def places(kept: StoredLoop) -> list[int]:
        return [s.mark.position for s in plain_store.snapshots(kept.id) if s.part == "loop"]

    kept = loop_with_snapshots(plain_store, LoopSettings())
    assert places(kept) == [15, 31, 47, 63, 79]
    kept.undo(30)
    assert kept.snapshot_if_due(every=1)
    assert places(kept) == [15, 31, 47, 82]  # Undone events are no valid position any more.
    largest = max(len(plain_store.data(kept.id, s) or b"") for s in plain_store.snapshots(kept.id))
    monkeypatch.setattr(snapshots, "MOST", 3 * largest + 200)
    narrow = places(loop_with_snapshots(plain_store, LoopSettings()))
    assert narrow[-1] == 79
    assert 2 <= len(narrow) <= 4
    assert max(b - a for a, b in pairwise([0, *narrow])) <= 48


def test_a_snapshot_whose_place_is_damaged_is_none_and_goes(plain_store: Store) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    at = max(snapshot.mark.position for snapshot in plain_store.snapshots(kept.id))
    newest = update(SNAPSHOTS).filter_by(loop=kept.id, position=at)
    with plain_store._writing() as connection:
        connection.execute(newest.values(mark="[79, [[0, 7"))
    back = StoredLoop.open(plain_store, kept.id, with_curve)
    for _ in range(10):
        serve_next(back)
    assert back.snapshot_if_due(every=1)
    assert at not in {snapshot.mark.position for snapshot in plain_store.snapshots(kept.id)}
    left = select(func.count()).select_from(SNAPSHOTS).filter_by(loop=kept.id, position=at)
    with plain_store._writing() as connection:
        assert connection.execute(left).scalar_one() == 0
