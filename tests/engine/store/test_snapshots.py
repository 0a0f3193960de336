"""Snapshots that are missing, damaged or of other code."""

import numpy as np
import pytest
from sqlalchemy import text

from engine import LearningLoop, LoopSettings
from engine.evaluation.learning_curve import LearningCurve
from engine.simulation.crowd import crowd
from engine.store import Store, StoreError, reopen
from engine.store.snapshot_codec import dump, fingerprint
from tests.engine.store.snapshot_loops import LEARNERS, loop_with_snapshots
from tests.workers import WORLD, beliefs, from_scratch, serve_next


@pytest.fixture
def plain_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store.open(f"sqlite:///{tmp_path_factory.mktemp('kept')}/events.db")


@pytest.mark.no_cover
@pytest.mark.parametrize("settings", LEARNERS.values(), ids=LEARNERS)
@pytest.mark.parametrize("entries", [1, 5, 21, 43, 70])
def test_undo_reaches_behind_snapshots(
    plain_store: Store, settings: LoopSettings, entries: int
) -> None:
    kept = loop_with_snapshots(plain_store, settings)
    memory = LearningLoop(settings, seed=7)
    list(crowd(memory, WORLD, 40))
    for loop in (kept.loop, memory):
        loop.undo(entries)
    assert beliefs(kept.loop) == beliefs(memory)
    assert list(kept.loop.events) == list(memory.events)
    back = reopen(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(memory)
    assert plain_store.about(kept.id).events == len(memory.events)
    curve = LearningCurve(WORLD)
    curve.follow(memory)
    for each in (kept, back):
        assert each.curve is not None
        each.curve.follow(each.loop)
        np.testing.assert_array_equal(each.curve.rewards, curve.rewards)
        assert list(each.curve.rows()) == list(curve.rows())
    for _ in range(20):
        serve_next(kept)
        kept.snapshot_if_due(15)
    list(crowd(memory, WORLD, 20))
    assert beliefs(kept.loop) == beliefs(memory)
    assert beliefs(reopen(plain_store, kept.id).loop) == beliefs(memory)


def test_a_snapshot_of_other_code_is_ignored(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    monkeypatch.setattr("engine.store.stored_loop.fingerprint", lambda: "of other code")
    back = reopen(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop)
    assert back.snapshot_if_due(every=1)
    assert len(plain_store.snapshots(kept.id, "of other code")) == 1
    assert plain_store.snapshots(kept.id, fingerprint()) == []


@pytest.mark.parametrize("data", [b"", b"PK not a zip", dump({"settings": {"crosses": 9}})])
def test_a_damaged_snapshot_is_ignored(plain_store: Store, data: bytes) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    with plain_store._writing() as connection:
        connection.execute(text("UPDATE snapshots SET data = :data"), {"data": data})
    back = reopen(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop)
    kept.loop.undo(3)
    assert beliefs(kept.loop) == beliefs(from_scratch(plain_store, kept.id))


def test_a_snapshot_that_cannot_be_written_is_no_failure(
    plain_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings(), events=5, every=1_000)

    def fail(*_: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(plain_store, "put_snapshot", fail)
    assert not kept.snapshot_if_due(every=1)
    serve_next(kept)
    assert len(kept.loop.events) == 6
