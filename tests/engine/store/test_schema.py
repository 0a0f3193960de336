"""Older and newer databases."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text

from engine import LearningLoop, PersonalizerError
from engine.store import Store, StoredLoop
from engine.store.database_check import check_database
from engine.store.entry_codec import to_text
from engine.store.schema import NEWEST, VERSION, migrate
from tests.engine.requests import DRINKS

VERSION_1 = (
    "CREATE TABLE playground_schema (version INTEGER NOT NULL)",
    "INSERT INTO playground_schema VALUES (1)",
    "CREATE TABLE loops (id VARCHAR(64) PRIMARY KEY, owner VARCHAR(64) NOT NULL, "
    "name TEXT NOT NULL, world TEXT, seed TEXT NOT NULL, length BIGINT NOT NULL, "
    "events BIGINT NOT NULL, created DOUBLE PRECISION NOT NULL, "
    "used DOUBLE PRECISION NOT NULL)",
    "CREATE INDEX ix_loops_owner ON loops (owner)",
    "CREATE INDEX ix_loops_used ON loops (used)",
    "CREATE TABLE entries (loop VARCHAR(64) NOT NULL REFERENCES loops (id) "
    "ON DELETE CASCADE, position BIGINT NOT NULL, event TEXT, body TEXT NOT NULL, "
    "PRIMARY KEY (loop, position))@",
    "CREATE INDEX entries_of_an_event ON entries (loop, event)",
)
"""The tables of schema version 1."""


def test_a_database_of_version_1_is_brought_forward(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = create_engine(url)
    without_rowid = "" if engine.dialect.name == "postgresql" else " WITHOUT ROWID"
    with engine.begin() as connection:
        for statement in VERSION_1:
            connection.execute(text(statement.replace("@", without_rowid)))
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
    with caplog.at_level(logging.INFO, "engine"):
        store = Store.open(url)
    (record,) = map(vars, caplog.records)
    assert (record["msg"], record["was"], record["schema"]) == ("database migrated", 1, NEWEST)
    assert [about.name for about in store.loops("me")] == ["Old"]
    assert list(check_database(store)) == []
    assert (tmp_path / "events.db.schema-1").exists() != store.is_shared
    back = StoredLoop.open(store, "old")
    assert [ranked.means for ranked in [back.loop.preview(DRINKS)]] == [loop.preview(DRINKS).means]
    assert back.snapshot_if_due(every=1)
    store.close()
    with create_engine(url).begin() as connection:
        migrate(connection)
        assert connection.execute(select(VERSION.c.version)).scalar_one() == NEWEST
        assert {"loops", "entries", "snapshots"} <= set(inspect(connection).get_table_names())


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    store = Store.open(url)
    store.ask()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE playground_schema SET version = 99"))
    engine.dispose()
    with pytest.raises(PersonalizerError, match="schema version 99"):
        store.ask()
    store.close()
    with pytest.raises(PersonalizerError, match="schema version 99"):
        Store.open(url)
