"""Loops in a database: begun, listed, renamed, copied, erased."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from engine import LearningLoop, PersonalizerError
from engine.errors import OvertakenError
from engine.store import GoneError, Library, Limits, Store, StoredLoop, StoreError, keep, reopen
from engine.store.database import address, connect
from engine.store.entry_codec import to_text
from engine.store.schema import MIGRATIONS, migrate
from engine.store.store import About
from tests.engine.helpers import DRINKS
from tests.workers import beliefs, from_scratch, serve_next


def test_nothing_is_kept_before_the_first_event(store: Store) -> None:
    kept = keep(store, owner="me", world="coffee", seed=7)
    kept.loop.configure(default_reward=0.5)
    assert not kept.is_saved
    assert store.loops("me") == []
    kept.belong_to("you")
    serve_next(kept)
    assert kept.is_saved
    (about,) = store.loops("you")
    assert (about.id, about.world, about.seed, about.events) == (kept.id, "coffee", 7, 1)
    assert reopen(store, kept.id).loop.settings.default_reward == 0.5


def test_a_loop_comes_back_with_the_same_next_answer(store: Store, kept: StoredLoop) -> None:
    for _ in range(30):
        serve_next(kept)
    kept.loop.undo(3)
    back = reopen(store, kept.id)
    assert beliefs(back.loop) == beliefs(kept.loop) == beliefs(from_scratch(store, kept.id))
    assert len(back.loop.log) == len(kept.loop.log)
    assert store.about(kept.id).events == len(back.loop.events)


def test_a_loop_without_a_store_stays_in_memory() -> None:
    kept = keep(None, world="coffee", seed=7)
    kept.belong_to("me")
    serve_next(kept)
    assert not kept.is_saved
    assert not kept.snapshot_if_due(every=1)


def test_two_who_have_it_open_see_each_other(store: Store, kept: StoredLoop) -> None:
    other = reopen(store, kept.id)
    serve_next(other)
    assert kept.loop.catch_up()
    assert not kept.loop.catch_up()
    kept.loop.undo_event()
    serve_next(other)
    assert other.loop.log.undos == 1
    kept.loop.catch_up()
    assert beliefs(kept.loop) == beliefs(other.loop)


def test_who_is_overtaken_does_it_again(store: Store, kept: StoredLoop) -> None:
    other = reopen(store, kept.id)
    tries = []

    def work() -> str:
        tries.append(len(kept.loop.events))
        if len(tries) == 1:
            serve_next(other)
        return kept.loop.rank(DRINKS).event_id

    event = kept.loop.together(work)
    assert tries == [1, 2]
    assert list(reopen(store, kept.id).loop.events)[2] == event


def test_work_that_fails_in_the_middle_never_happened(kept: StoredLoop) -> None:
    before = beliefs(kept.loop), kept.loop.log.position

    def work() -> None:
        kept.loop.rank(DRINKS)
        kept.loop.together(lambda: kept.loop.rank(DRINKS))
        kept.loop.reward("nobody", 1.0)

    with pytest.raises(PersonalizerError):
        kept.loop.together(work)
    assert (beliefs(kept.loop), kept.loop.log.position) == before
    with pytest.raises(ValueError, match="taken back"):
        kept.loop.together(lambda: kept.loop.undo(1))


def test_a_place_is_given_once(store: Store, kept: StoredLoop) -> None:
    length = store.length(kept.id)
    entry = kept.loop.log[0]
    with pytest.raises(OvertakenError):
        store.append(kept.id, length - 1, [entry], 0)
    with pytest.raises(StoreError, match="lost a part"):
        store.append(kept.id, length + 1, [entry], 0)
    assert store.length(kept.id) == length


def test_a_creation_whose_answer_was_lost_is_found(store: Store) -> None:
    kept = keep(store, owner="me", world="coffee", seed=7)
    store.create(store_about(kept), kept.loop.log.history)
    serve_next(kept)
    assert len(reopen(store, kept.id).loop.events) == 1


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
    kept = keep(store, owner="me", world="coffee", seed=7)
    kept.loop.rank(DRINKS, [{"who": "Ada-Lovelace-was-here"}])
    kept.snapshot_if_due(every=1)
    assert any(b"Ada-Lovelace" in file.read_bytes() for file in tmp_path.iterdir())
    store.delete(kept.id, "me")
    assert not any(b"Ada-Lovelace" in file.read_bytes() for file in tmp_path.iterdir())
    store.close()


def test_a_copy_goes_its_own_way(store: Store, kept: StoredLoop) -> None:
    for _ in range(5):
        serve_next(kept)
    kept.snapshot_if_due(every=1)
    library = Library(store, lambda: 0.0)
    copy = library.duplicate(kept.id, "you")
    assert (copy.owner, copy.events, copy.name) == ("you", 6, "Coffee, seed 7, copy")
    opened = library.open(copy.id)
    assert beliefs(opened.loop) == beliefs(kept.loop)
    serve_next(opened)
    assert (len(kept.loop.events), len(opened.loop.events)) == (6, 7)


def test_a_library_opens_a_loop_once(store: Store, kept: StoredLoop) -> None:
    library = Library(store, lambda: 0.0)
    assert library.open(kept.id) is library.open(kept.id)
    begun = library.begin("me", "news", 1, kept.loop.settings)
    assert library.open(begun.id) is begun
    with pytest.raises(GoneError):
        library.open("nobody")


def test_loops_are_handed_over(store: Store, kept: StoredLoop) -> None:
    Library(store, lambda: 0.0).hand_over("me", "you")
    assert [about.id for about in store.loops("you")] == [kept.id]


def test_so_many_loops_and_no_more(url: str) -> None:
    store = Store.open(url, Limits(max_loops=2))
    for _ in range(2):
        serve_next(keep(store, owner="me", world="coffee"))
    third = keep(store, owner="me", world="coffee")
    with pytest.raises(StoreError, match="keeps 2 loops, the most it may"):
        serve_next(third)
    assert (len(third.loop.events), len(store.loops("me"))) == (0, 2)
    serve_next(keep(store, owner="you", world="coffee"))
    store.delete(store.loops("me")[0].id, "me")
    serve_next(third)
    store.close()


def test_loops_expire(url: str) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    store = Store.open(url, Limits(retention_days=3), clock=lambda: now[0])
    old = keep(store, owner="me", world="coffee")
    serve_next(old)
    store.create(About("unfinished", "me", "x", None, 0), ready=False)
    now[0] += timedelta(days=2)
    young = keep(store, owner="me", world="coffee")
    serve_next(young)
    hours = iter([0.0, 0.0, 10.0, 10.0, 4_000.0, 4_000.0])
    library = Library(store, lambda: next(hours))
    assert [about.id for about in library.loops("me")] == [young.id, old.id]
    with pytest.raises(GoneError):
        store.length("unfinished")
    now[0] += timedelta(days=2)
    assert [about.id for about in library.loops("me")] == [young.id]
    assert store.length(old.id)
    with pytest.raises(GoneError):
        store.about(old.id)
    assert store.sweep() == 1
    assert store.sweep() == 0
    with pytest.raises(GoneError):
        store.length(old.id)
    store.close()


# -- versions -------------------------------------------------------------------------


def test_a_database_of_version_1_is_brought_forward(url: str, tmp_path: Path) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        assert migrate(connection, to=1) == 0
    loop = LearningLoop(seed=7)
    loop.rank(DRINKS)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO loops VALUES ('old', 'me', 'Old', NULL, '7', 2, 1, 1.0, 9e9)")
        )
        for position, entry in enumerate(loop.log):
            connection.execute(
                text("INSERT INTO entries VALUES ('old', :position, NULL, :body)"),
                {"position": position, "body": to_text(entry)},
            )
    engine.dispose()
    store = Store.open(url)
    assert [about.name for about in store.loops("me")] == ["Old"]
    back = reopen(store, "old")
    assert back.curve is None
    assert [ranked.means for ranked in [back.loop.preview(DRINKS)]] == [loop.preview(DRINKS).means]
    assert back.snapshot_if_due(every=1)
    store.close()
    with create_engine(url).begin() as connection:
        assert migrate(connection) == len(MIGRATIONS)
        assert {"loops", "entries", "snapshots"} <= set(inspect(connection).get_table_names())


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE playground_schema SET version = 99"))
    engine.dispose()
    with pytest.raises(PersonalizerError, match="schema version 99"):
        Store.open(url)


# -- places ---------------------------------------------------------------------------


def test_where_loops_are_kept() -> None:
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
    store = Store.open(f"sqlite:///{tmp_path}/new/folder/events.db")
    with store._reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 5_000,
    }  # fmt: skip
    store.close()
    assert sqlite3.connect(tmp_path / "new" / "folder" / "events.db").execute(
        "PRAGMA journal_mode"
    ).fetchone() == ("wal",)


def test_limits_come_from_the_environment() -> None:
    given = {"PLAYGROUND_MAX_LOOPS": "3", "PLAYGROUND_RETENTION_DAYS": " 7 ", "OTHER": "x"}
    assert Limits.from_environment(given) == replace(Limits(), max_loops=3, retention_days=7)
    for text_ in ("0", "-1", "many", "9" * 12):
        with pytest.raises(PersonalizerError, match="PLAYGROUND_MAX_UPLOAD is"):
            Limits.from_environment({"PLAYGROUND_MAX_UPLOAD": text_})
