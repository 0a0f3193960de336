"""Stored snapshots as checkpoints; unusable snapshots are replaced by the log."""

import pytest
from sqlalchemy import create_engine, text

from engine import LoopSettings
from engine.loop.state import LoopState
from engine.store import Store, StoredLoop
from engine.store.snapshot_codec import dump
from engine.store.snapshot_restore import usable
from tests.engine.store.snapshot_loops import loop_with_snapshots
from tests.engine.store.workers import beliefs, from_scratch


@pytest.mark.parametrize("data", [b"", b"PK not a zip", dump({"settings": {"crosses": 9}})])
def test_a_damaged_snapshot_is_ignored(plain_url: str, plain_store: Store, data: bytes) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    with create_engine(plain_url).begin() as connection:
        connection.execute(text("UPDATE snapshots SET data = :data"), {"data": data})
    back = StoredLoop.open(plain_store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop)
    kept.loop.undo(3)
    assert beliefs(kept.loop) == beliefs(from_scratch(plain_store, kept.id))


def test_a_snapshot_is_usable_for_its_part_under_its_version(plain_store: Store) -> None:
    kept = loop_with_snapshots(plain_store, LoopSettings())
    known = plain_store.snapshots(kept.id)
    assert {one.part for one in usable(known, "loop", LoopState.version)} == {"loop"}
    assert usable(known, "loop", "another") == usable(known, "none", LoopState.version) == []
