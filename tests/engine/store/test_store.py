"""Loops in a database: begun, listed, renamed, erased."""

from pathlib import Path

import pytest

from engine import PersonalizerError
from engine.errors import ExistsError
from engine.store import GoneError, Store, StoredLoop
from engine.store.about import About
from tests.engine.requests import DRINKS
from tests.engine.store.workers import WORLD, serve_next


def test_a_creation_whose_answer_was_lost_is_found(store: Store) -> None:
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    store.create(store_about(kept), kept.loop.log.history)
    serve_next(kept)
    back = StoredLoop.open(store, kept.id).loop
    assert len(back.events) == 1
    assert back.log.history == kept.loop.log.history
    assert len(kept.loop.log) == 3


def test_a_loop_that_is_there_already_cannot_begin(store: Store, kept: StoredLoop) -> None:
    with pytest.raises(ExistsError, match=f"a loop with the id {kept.id} already"):
        store.create(store_about(kept))
    assert store.about(kept.id).events == 1


def store_about(kept: StoredLoop) -> About:
    return About(kept.id, "me", "x", "coffee", 7)


def test_rename_and_delete_are_for_the_owner(store: Store, kept: StoredLoop) -> None:
    store.rename(kept.id, "me", "  Tuesday  ")
    assert store.about(kept.id).name == "Tuesday"
    for name in ("", " \x00", "x" * 81):
        with pytest.raises(PersonalizerError, match="1 to 80 characters"):
            store.rename(kept.id, "me", name)
    with pytest.raises(GoneError):
        store.rename(kept.id, "you", "Mine")
    with pytest.raises(GoneError):
        store.delete(kept.id, "you")
    store.delete(kept.id, "me")
    for gone in (store.about, store.length, lambda i: list(store.texts(i, 0, 1))):
        with pytest.raises(GoneError):
            gone(kept.id)
    with pytest.raises(GoneError, match="not here any more"):
        serve_next(kept)


def test_a_deleted_loop_leaves_no_byte_behind(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    kept.loop.rank(DRINKS, [{"who": "Ada-Lovelace-was-here"}])
    kept.snapshot_if_due(every=1)
    assert any(b"Ada-Lovelace" in file.read_bytes() for file in tmp_path.iterdir())
    store.delete(kept.id, "me")
    assert not any(b"Ada-Lovelace" in file.read_bytes() for file in tmp_path.iterdir())
    store.close()
