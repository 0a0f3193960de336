"""Addresses of databases, and unusable databases."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from engine.loop.log import START
from engine.store import GoneError, LoopInfo, Store, StoredLoop, StoreError
from engine.store.database import address, connect
from engine.store.entry_rows import rows_of
from engine.store.log_store import INSERT
from engine.store.loop_info import new_id
from engine.store.snapshots import Snapshot
from tests.engine.store.lines import come, join
from tests.engine.store.workers import serve_next


def test_addresses_of_databases() -> None:
    given = {"DATABASE_URL": "postgresql://a/b", "PLAYGROUND_DATA": "/d", "XDG_DATA_HOME": "/x"}
    assert address(given) == "postgresql://a/b"
    given.pop("DATABASE_URL")
    assert address(given) == "sqlite:////d/events.db"
    given.pop("PLAYGROUND_DATA")
    assert address(given) == "sqlite:////x/personalizer-playground/events.db"
    assert address({}).endswith("/.local/share/personalizer-playground/events.db")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("not an address", "not the address of a database"),
        ("mysql://a/b", "names mysql"),
        ("sqlite:////proc/nobody/events.db", "folder cannot be used"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be reached"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        connect(url, patience=0.1)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"something else" * 1_000)
    with pytest.raises(StoreError, match="not a database"):
        connect(f"sqlite:///{tmp_path}/events.db")


def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    with connect(f"sqlite:///{tmp_path}/new/folder/events.db").connect() as connection:
        results = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "journal_mode", "foreign_keys", "synchronous", "busy_timeout", "wal_autocheckpoint",
            )
        }  # fmt: skip
    assert results == {
        "journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 5_000,
        "wal_autocheckpoint": 10_000,
    }  # fmt: skip
    assert sqlite3.connect(tmp_path / "new" / "folder" / "events.db").execute(
        "PRAGMA journal_mode"
    ).fetchone() == ("wal",)


def test_references_to_a_deleted_loop_raise(store: Store) -> None:
    with pytest.raises(GoneError, match="not here any more"):
        store.put_snapshots("nobody", {Snapshot(START, "loop", "1", b""): b""})


def test_a_place_that_is_taken_against_all_expectation_is_a_failure_and_not_a_race(
    store: Store, kept: StoredLoop
) -> None:
    """A lost race leads to a retry, which would never end here."""
    entries = list(kept.loop.log.history)
    with store._writing() as connection:
        end = store.loop_info(kept.id).end
        connection.execute(INSERT, rows_of(kept.id, end, entries[:1])[0])
    with pytest.raises(StoreError, match="not what was written"):
        serve_next(kept)
    assert len(kept.loop.events) == 1


def test_writers_are_served_in_order_and_readers_do_not_wait(plain_store: Store) -> None:
    """More threads than connections; SQLite by itself grants locks in arbitrary order."""
    wrote = list[int]()

    def write(number: int) -> None:
        with plain_store._writing():
            wrote.append(number)

    with plain_store._writing():
        threads = come(plain_store.line, write, 60)
        assert plain_store.loops("me") == []
        assert not wrote
    join(threads)
    assert wrote == list(range(60))


def test_a_long_wait_in_the_queue_reports_a_busy_database(plain_url: str) -> None:
    with closing(Store.open(plain_url, patience=0.05)) as store, store._writing():
        with pytest.raises(StoreError, match="busy with somebody else's work, so this was not"):
            store.create(LoopInfo(new_id(), "me", "mine", None, 7))
        assert not len(store.line)


def test_patience_in_line_and_with_other_processes_is_one(plain_url: str) -> None:
    """A connection is returned with the full timeout."""
    with closing(Store.open(plain_url, patience=60)) as store:
        waits = list[int]()

        def write(_: int) -> None:
            with store._writing() as connection:
                waits.append(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())

        with store._writing() as connection:
            threads = come(store.line, write, 1)
            Event().wait(0.05)
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 60_000
        join(threads)
        assert waits[0] <= 59_950
        with store._reading() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 60_000


def test_on_postgresql_nobody_stands_in_line(store: Store) -> None:
    if not store.is_shared:
        pytest.skip("SQLite lets one write at a time")
    with store._writing():
        store.create(LoopInfo(new_id(), "me", "mine", None, 7))
    assert len(store.loops("me")) == 1
