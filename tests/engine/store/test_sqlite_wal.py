"""SQLite's write-ahead log is merged into the file without blocking anyone."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from threading import Thread

from sqlalchemy import text

from engine.store import LoopLibrary, Store, StoredLoop
from tests.engine.store.workers import WORLD, serve_next


def events_in(file: Path, folder: Path) -> int:
    """Number of events in the database file alone."""
    alone = folder / "alone.db"
    shutil.copy(file, alone)
    with closing(sqlite3.connect(alone)) as copy:
        (events,) = copy.execute("SELECT coalesce(sum(events), 0) FROM loops").fetchone()
    return int(events)


def size_of_log(folder: Path) -> int:
    """Bytes of the write-ahead log."""
    return (folder / "plain.db-wal").stat().st_size


def test_written_data_are_merged_into_the_file(plain_store: Store, tmp_path: Path) -> None:
    plain_store.close()  # The tables are in the file.
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    file = tmp_path / "plain.db"
    assert events_in(file, tmp_path) == 0
    with plain_store._writing() as connection:  # Others write meanwhile.
        connection.execute(text("UPDATE loops SET name = 'other'"))
        plain_store.write_back()
    assert events_in(file, tmp_path) == 1


def test_a_library_does_so_by_itself(plain_store: Store, tmp_path: Path) -> None:
    plain_store.close()
    library = LoopLibrary(plain_store)
    library.start_sweeping(write_back_every=0.01)
    serve_next(StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7))
    until = time.monotonic() + 60
    while not events_in(tmp_path / "plain.db", tmp_path) and time.monotonic() < until:
        time.sleep(0.01)
    library.close()
    assert events_in(tmp_path / "plain.db", tmp_path) == 1


def test_deleted_data_are_erased_from_all_files(plain_store: Store, tmp_path: Path) -> None:
    kept = StoredLoop.create(plain_store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    plain_store.delete(kept.id, "me")
    assert size_of_log(tmp_path) == 0


def test_a_long_read_does_not_block_writes_during_a_delete(plain_url: str, tmp_path: Path) -> None:
    """SQLite would block writers until the reader is done or the timeout is over."""
    with closing(Store.open(plain_url, patience=1.0)) as store:
        gone, stays = (
            StoredLoop.create(store, owner="me", world=WORLD, seed=seed) for seed in (7, 8)
        )
        serve_next(gone)
        with closing(sqlite3.connect(tmp_path / "plain.db")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM loops").fetchall()
            serve_next(stays)
            deleting = Thread(target=store.delete, args=(gone.id, "me"))
            deleting.start()
            others = 0
            while deleting.is_alive():
                with closing(sqlite3.connect(tmp_path / "plain.db", timeout=0.5)) as other:
                    other.execute("UPDATE loops SET name = 'other'")
                    other.commit()
                others += 1
            deleting.join()
        assert others > 1
        assert size_of_log(tmp_path)
        store.delete(stays.id, "me")
        assert not size_of_log(tmp_path)
