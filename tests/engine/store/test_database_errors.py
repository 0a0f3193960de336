"""Database failures: one sentence as message, and no change of state."""

import logging
import re
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from engine.errors import UnknownOutcomeError
from engine.store import Store, StoredLoop, StoreError
from engine.store.database_errors import translating_errors
from tests.engine.store.databases import database, on_every_connection, skip_without
from tests.engine.store.workers import WORLD, beliefs, serve_next
from tests.faults.proxy import Proxy


def refused(kept: StoredLoop, work: Callable[[], object]) -> StoreError:
    """The error of a failed operation without effects."""
    before = (beliefs(kept.loop), kept.loop.log.history, len(kept.loop.events))
    with pytest.raises(StoreError) as error:
        work()
    assert (beliefs(kept.loop), kept.loop.log.history, len(kept.loop.events)) == before
    assert error.value.code == "StorageUnavailable"
    return error.value


def test_a_locked_database(url: str, store: Store, kept: StoredLoop) -> None:
    other = create_engine(url)
    with other.connect() as connection:
        if store.is_shared:
            connection.execute(text("SELECT * FROM loops FOR UPDATE"))
            store.close()
            store = Store.open(url, patience=0.3)
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        error = refused(kept, lambda: serve_next(kept))
        assert "busy" in error.message
        assert not kept.snapshot_if_due(every=1) or store.is_shared
        connection.rollback()
    other.dispose()
    serve_next(kept)
    assert len(StoredLoop.open(store, kept.id).loop.events) == 2
    store.close()


def test_a_database_that_may_only_be_read(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    store.close()
    with on_every_connection("PRAGMA query_only=ON"):
        for work in (lambda: serve_next(kept), lambda: kept.loop.undo(1)):
            assert "only be read" in refused(kept, work).message
    store.close()


def test_a_full_disk(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    store.close()
    pages = (tmp_path / "events.db").stat().st_size // 4_096 + 2

    def fill() -> None:
        for _ in range(100):
            serve_next(kept)

    limited = on_every_connection(f"PRAGMA max_page_count={pages}")
    with limited, pytest.raises(StoreError) as error:
        fill()
    assert "disk is full" in error.value.message
    here = beliefs(kept.loop)
    store.close()
    back = StoredLoop.open(Store.open(f"sqlite:///{tmp_path}/events.db"), kept.id)
    assert beliefs(back.loop) == here


def test_a_damaged_file(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    for _ in range(50):
        serve_next(kept)
    store.close()
    file = tmp_path / "events.db"
    whole = bytearray(file.read_bytes())
    whole[4_096:] = b"\xff" * (len(whole) - 4_096)
    file.write_bytes(whole)
    assert "damaged" in refused(kept, lambda: serve_next(kept)).message


def test_a_database_without_the_tables(store: Store, kept: StoredLoop) -> None:
    with store._writing() as connection:
        connection.execute(text("ALTER TABLE entries RENAME TO other"))
    assert "does not have the tables of this app" in refused(kept, lambda: serve_next(kept)).message


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (None, "cannot be reached"),
        ("57P01", "cannot be reached"),
        ("25P03", "cannot be reached"),
        ("42501", "does not allow this server to do that"),
        ("P0001", "refused it (P0001), so this was not saved"),
    ],
)
def test_postgresql_errors_are_logged_by_kind(state: str | None, said: str) -> None:
    cause = Exception("FATAL")
    cause.sqlstate = state  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match=re.escape(said)), translating_errors():
        raise DBAPIError("INSERT", {}, cause)


def test_a_file_that_may_not_grow(plain_url: str) -> None:
    kept = StoredLoop.create(Store.open(plain_url), owner="me", world=WORLD, seed=7)
    serve_next(kept)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        for _ in range(100):
            serve_next(kept)

    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, before[1]))
    try:
        with pytest.raises(StoreError, match="or it has the largest size that is allowed, so this"):
            fill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    events = len(kept.loop.events)
    serve_next(kept)
    assert len(kept.loop.events) == events + 1


@pytest.fixture
def way(tmp_path: Path) -> Iterator[tuple[Proxy, str]]:
    skip_without("postgres")
    with database("postgres", tmp_path) as url:
        place = make_url(url)
        proxy = Proxy(place.host or "127.0.0.1", place.port or 5432)
        through = place.set(host="127.0.0.1", port=proxy.port)
        yield proxy, through.render_as_string(hide_password=False)
        proxy.cut()


@pytest.fixture
def through(way: tuple[Proxy, str]) -> Iterator[Store]:
    """A store behind the proxy."""
    store = Store.open(way[1], patience=0.3)
    yield store
    store.close()


def test_a_saved_event_counts_if_the_response_was_lost(
    way: tuple[Proxy, str], through: Store
) -> None:
    proxy, _ = way
    kept = StoredLoop.create(through, owner="me", world=WORLD, seed=7)
    for _ in range(3):
        proxy.lose_answer_to(b"COMMIT")
        serve_next(kept)
    assert not proxy.is_losing
    assert len(kept.loop.events) == through.loop_info(kept.id).events == 3
    assert beliefs(StoredLoop.open(through, kept.id).loop) == beliefs(kept.loop)


def test_while_nobody_can_tell_whether_it_was_saved_that_is_said_and_found_out_next(
    way: tuple[Proxy, str], through: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, _ = way
    kept = StoredLoop.create(through, owner="me", world=WORLD, seed=7)

    def cannot(*_: object) -> bool:
        raise StoreError("away")

    for events in (0, 2):
        proxy.lose_answer_to(b"COMMIT")
        with monkeypatch.context() as patch:
            patch.setattr(through, "_reaches", cannot)
            with pytest.raises(UnknownOutcomeError, match="did not say whether this was saved"):
                serve_next(kept)
        assert len(kept.loop.events) == events
        serve_next(kept)
        assert len(kept.loop.events) == through.loop_info(kept.id).events == events + 2
    assert beliefs(StoredLoop.open(through, kept.id).loop) == beliefs(kept.loop)


def test_unsaved_events_do_not_exist(way: tuple[Proxy, str], through: Store) -> None:
    kept = StoredLoop.create(through, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    with through._with_known_outcome(kept.id, through.loop_info(kept.id).end):
        raise UnknownOutcomeError
    other = replace(through.loop_info(kept.id).end, digest=b"another")
    with (
        pytest.raises(StoreError, match="did not happen"),
        through._with_known_outcome(kept.id, other),
    ):
        raise UnknownOutcomeError


def test_a_server_that_falls_silent_holds_nobody(way: tuple[Proxy, str], through: Store) -> None:
    proxy, _ = way
    kept = StoredLoop.create(through, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    proxy.hold()
    began = time.monotonic()
    refused(kept, lambda: serve_next(kept))
    # A single waiter checks for the database; all others are refused at once.
    with ThreadPoolExecutor(8) as tabs:
        others = [tabs.submit(through.length, kept.id) for _ in range(8)]
        assert all(isinstance(other.exception(), StoreError) for other in others)
    assert time.monotonic() - began < 10
    proxy.let_go()
    serve_next(kept)
    assert len(kept.loop.events) == through.loop_info(kept.id).events == 2


def test_a_database_that_goes_away_and_comes_back(way: tuple[Proxy, str]) -> None:
    proxy, url = way
    store = Store.open(url, patience=1)
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    serve_next(kept)
    proxy.cut()
    for _ in range(2):
        error = refused(kept, lambda: serve_next(kept))
        assert "cannot be reached" in error.message
    with pytest.raises(StoreError):
        store.loops("me")
    proxy.connect()
    serve_next(kept)
    assert beliefs(StoredLoop.open(store, kept.id).loop) == beliefs(kept.loop)
    assert store.loop_info(kept.id).events == 2
    store.close()


def test_logs_describe_failures_without_personal_data(
    plain_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "engine"):
        kept = StoredLoop.create(Store.open(plain_url), owner="me", world=WORLD, seed=7)
        serve_next(kept)
        serve_next(kept)
        assert kept.snapshot_if_due(every=1)
        with on_every_connection("PRAGMA query_only=ON"), pytest.raises(StoreError) as refused:
            serve_next(StoredLoop.create(Store.open(plain_url), owner="me", world=WORLD))
    records = {record.msg: vars(record) for record in caplog.records}
    assert list(records) == [
        "database made",
        "entries written",
        "snapshots written",
        "database fault",
    ]
    assert records["entries written"]["entries"] == {"ranked": 1, "rewarded": 1}
    assert records["database fault"]["code"] == "OperationalError"
    assert records["database fault"]["reason"] == refused.value.message
    assert kept.id not in "".join(map(str, records.values()))
