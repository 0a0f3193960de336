"""Loops in a database: begun, listed, renamed, erased."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from engine import LoopSettings, PersonalizerError
from engine.errors import ExistsError
from engine.pausable_steps import finish
from engine.store import GoneError, Store, StoredLoop
from engine.store.loop_info import LoopInfo
from engine.store.store import STILL
from tests.engine.requests import DRINKS
from tests.engine.store.snapshot_loops import loop_with_snapshots
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
    assert store.loop_info(kept.id).events == 1


def test_what_is_no_name_is_refused_and_no_fault_of_the_database(
    store: Store, kept: StoredLoop
) -> None:
    with pytest.raises(PersonalizerError, match="the id of a loop, or its view"):
        StoredLoop.open(store, kept)  # type: ignore[arg-type]


def store_about(kept: StoredLoop) -> LoopInfo:
    return LoopInfo(kept.id, "me", "x", "coffee", 7)


def test_rename_and_delete_are_for_the_owner(store: Store, kept: StoredLoop) -> None:
    store.rename(kept.id, "me", "  Tuesday  ")
    assert store.loop_info(kept.id).name == "Tuesday"
    for name in ("", " \x00", "x" * 81):
        with pytest.raises(PersonalizerError, match="1 to 80 characters"):
            store.rename(kept.id, "me", name)
    with pytest.raises(GoneError):
        store.rename(kept.id, "you", "Mine")
    with pytest.raises(GoneError):
        store.delete(kept.id, "you")
    store.delete(kept.id, "me")
    for gone in (store.loop_info, store.length, lambda i: list(store.texts(i, 0, 1))):
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


# -- long logs, in steps --------------------------------------------------------------


@pytest.fixture
def long(store: Store, monkeypatch: pytest.MonkeyPatch) -> StoredLoop:
    """A loop whose log is read in many steps."""
    monkeypatch.setattr("engine.store.store.CHUNK", 3)
    long = StoredLoop.create(store, owner="me", world=WORLD, seed=8)
    for _ in range(10):
        serve_next(long)
    long.snapshot_if_due(every=1)
    return long


def test_between_two_steps_of_a_copy_others_write_and_nobody_sees_it(
    store: Store, kept: StoredLoop, long: StoredLoop
) -> None:
    before = list(store.texts(long.id, 0, 21))
    work = store.duplicate_steps(long.id, "me")
    for _ in range(7):
        next(work)
        serve_next(kept)
        serve_next(long)
        assert len(store.loops("me")) == 2
    assert list(work) == []
    (copy,) = {loop.id for loop in store.loops("me")} - {kept.id, long.id}
    assert list(store.texts(copy, 0, 21)) == before
    assert store.rows(copy) == (21, store.rows(long.id)[1])
    assert len(StoredLoop.open(store, copy).loop.events) == 10


def test_snapshots_are_copied_and_erased_one_after_the_other_so_that_nobody_waits_for_all(
    store: Store,
) -> None:
    kept, copied, erased = loop_with_snapshots(store, LoopSettings()), list[int](), list[int]()

    def note(_: object, cursor: Any, statement: str, *__: object) -> None:
        if statement.startswith("INSERT INTO snapshots"):
            copied.append(cursor.rowcount)
        elif statement.startswith("DELETE FROM snapshots"):
            erased.append(cursor.rowcount)

    event.listen(Engine, "after_cursor_execute", note)
    store.duplicate(kept.id, "me")
    store.delete(kept.id, "me")
    event.remove(Engine, "after_cursor_execute", note)
    assert copied == erased == [2, 2, 2, 2, 2]
    assert store.rows(kept.id) == (0, 0)


def test_of_a_copy_that_is_broken_off_nothing_stays(
    store: Store, long: StoredLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["left", "late"]
    monkeypatch.setattr("engine.store.store.new_id", iter(names).__next__)
    left, late = (store.duplicate_steps(long.id, "me") for _ in names)
    for work in (left, late):
        next(work)
        next(work)
    assert [store.rows(name)[0] for name in names] == [3, 3]
    left.close()
    store.delete(long.id, "me")
    with pytest.raises(GoneError):
        list(late)
    assert [store.rows(name) for name in names] == [(0, 0), (0, 0)]
    assert not store.loops("me")


def test_between_two_steps_of_an_erasure_others_write_and_it_is_there_for_nobody(
    store: Store, kept: StoredLoop, long: StoredLoop
) -> None:
    for left, _ in zip(range(18, -1, -3), store.delete_steps(long.id, "me"), strict=True):
        assert store.rows(long.id)[0] == left
        serve_next(kept)
        assert [loop.id for loop in store.loops("me")] == [kept.id]
        with pytest.raises(GoneError):
            serve_next(long)
        with pytest.raises(GoneError):
            StoredLoop.open(store, long.id)
    assert store.rows(long.id) == (0, 0)


def test_an_erasure_that_was_broken_off_is_done_at_the_next_sweep(
    store: Store, kept: StoredLoop, long: StoredLoop
) -> None:
    next(store.delete_steps(long.id, "me"))
    assert store.rows(long.id)[0] == 18
    assert store.sweep() == 1
    assert store.rows(long.id) == (0, 0)
    assert store.sweep() == 0
    assert store.loop_info(kept.id).events == 1


def test_an_import_that_was_killed_is_erased_and_one_that_goes_on_is_not(
    store: Store, long: StoredLoop
) -> None:
    """Another store of the same database checks, like a server that has just started."""
    after_a_start = Store(store._engine)
    importing, killed = store.duplicate_steps(long.id, "me"), store.duplicate_steps(long.id, "me")
    entries = len(long.loop.log.history)
    assert [next(importing), next(killed), next(killed)] == [None] * 3
    for seconds in range(0, int(STILL), 60):
        assert after_a_start.sweep_broken_off(seconds) == 0
    next(importing)
    assert after_a_start.sweep_broken_off(STILL) == 1
    assert after_a_start.sweep_broken_off(STILL + 60) == 0
    copy = finish(importing)
    assert store.rows(copy.id)[0] == entries
    assert {about.id for about in store.loops("me")} == {long.id, copy.id}
    with pytest.raises(GoneError):
        list(killed)
