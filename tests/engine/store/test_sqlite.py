"""A database file that is deleted, replaced, or temporarily read-only."""

import os
import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store import LoopLibrary, Store, StoredLoop, StoreError
from tests.engine.store.workers import WORLD, beliefs, serve_next
from tests.faults.disk import Disk


@pytest.fixture
def lent(plain_store: Store) -> StoredLoop:
    """A loop with one visitor in a file."""
    lent = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    serve_next(lent)
    return lent


def take_away(folder: Path) -> Path:
    """Move a database file with its companion files; return the new folder."""
    away = folder / "away"
    away.mkdir()
    for file in folder.glob("plain.db*"):
        shutil.move(file, away)
    return away


def test_nothing_counts_in_a_file_that_was_deleted(
    plain_store: Store, lent: StoredLoop, tmp_path: Path
) -> None:
    away = take_away(tmp_path)
    for said in ("deleted or replaced, so this was not", "is gone, so this was not", "is gone"):
        with pytest.raises(StoreError, match=said):
            serve_next(lent)
    assert len(lent.loop.events) == 1
    assert not list(tmp_path.glob("*.db"))
    for file in away.iterdir():
        shutil.move(file, tmp_path)
    serve_next(lent)
    assert plain_store.loop_info(lent.id).events == 2


def test_a_file_that_is_deleted_in_the_middle_is_noticed_before_the_commit(
    lent: StoredLoop, tmp_path: Path
) -> None:
    def work() -> None:
        lent.loop.rank(WORLD.actions)
        take_away(tmp_path)

    with pytest.raises(StoreError, match="deleted or replaced"):
        lent.loop.together(work)
    assert len(lent.loop.events) == 1


@pytest.mark.parametrize("end", ["wal", "shm"])
def test_nothing_counts_in_a_write_ahead_log_that_was_deleted(
    plain_store: Store, lent: StoredLoop, tmp_path: Path, end: str
) -> None:
    (tmp_path / f"plain.db-{end}").unlink()
    with pytest.raises(StoreError, match="deleted or replaced, so this was not"):
        serve_next(lent)
    serve_next(lent)
    assert len(lent.loop.events) == 2
    with closing(sqlite3.connect(tmp_path / "plain.db")) as other:
        assert other.execute("SELECT events FROM loops").fetchall() == [(2,)]


def test_nothing_counts_in_a_file_that_was_emptied(
    plain_store: Store, lent: StoredLoop, tmp_path: Path
) -> None:
    os.truncate(tmp_path / "plain.db", 0)
    with pytest.raises(StoreError, match="deleted or replaced, so this was not"):
        serve_next(lent)
    serve_next(lent)
    plain_store.close()
    assert len(StoredLoop.open(plain_store, lent.id).loop.events) == 2


def test_a_database_may_be_named_by_a_uri_of_sqlite(tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///file:{tmp_path}/u.db?uri=true")) as store:
        lent = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
        serve_next(lent)
        assert store.loop_info(lent.id).events == 1
    assert (tmp_path / "u.db").stat().st_size


def test_a_commit_to_a_file_that_was_replaced_is_refused(
    plain_store: Store, lent: StoredLoop, tmp_path: Path
) -> None:
    refused = pytest.raises(StoreError, match="deleted or replaced")
    with refused, plain_store._writing() as connection:
        connection.execute(text("UPDATE loops SET name = 'other'"))
        take_away(tmp_path)


def test_an_older_file_in_its_place_is_not_taken_for_it(
    plain_store: Store, lent: StoredLoop, tmp_path: Path
) -> None:
    older, library = tmp_path / "older", LoopLibrary(plain_store)
    lent = library.open(lent.id)
    with closing(sqlite3.connect(tmp_path / "plain.db")) as live:
        live.execute("VACUUM INTO ?", (str(older),))
    serve_next(lent)
    take_away(tmp_path)
    shutil.move(older, tmp_path / "plain.db")
    for said in ("replaced", "a part of this loop's log is missing"):
        with pytest.raises(StoreError, match=said):
            serve_next(lent)
    assert len(lent.loop.events) == 2
    serve_next(library.open(lent.id))
    assert plain_store.loop_info(lent.id).events == 2


def test_a_folder_that_may_only_be_read_for_a_while(disk: Disk) -> None:
    url = f"sqlite:///{disk.folder}/events.db"
    store = Store.open(url)
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    store.close()
    disk.protect()
    store = Store.open(url)
    assert [about.id for about in store.loops("me")] == [kept.id]
    back = StoredLoop.open(store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop)
    with pytest.raises(StoreError, match="only be read"):
        serve_next(back)
    disk.unprotect()
    serve_next(back)
    assert store.loop_info(kept.id).events == 2
    store.close()


def test_what_a_killed_server_left_may_be_written_once_the_folder_may(
    plain_store: Store, lent: StoredLoop, disk: Disk, tmp_path: Path
) -> None:
    for file in tmp_path.glob("plain.db*"):  # Its write-ahead log, too.
        shutil.copy(file, disk.folder)
    disk.protect()
    store = Store.open(f"sqlite:///{disk.folder}/plain.db")
    back = StoredLoop.open(store, lent.id)
    with ExitStack() as readers:
        for _ in range(3):
            readers.enter_context(store._reading())
    for _ in range(2):
        with pytest.raises(StoreError, match="only be read"):
            serve_next(back)
    disk.unprotect()
    serve_next(back)
    store.close()
