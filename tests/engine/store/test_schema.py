"""Older and newer databases."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from engine import LearningLoop, PersonalizerError
from engine.store import Store, StoredLoop
from engine.store.entry_codec import to_text
from engine.store.schema import MIGRATIONS, migrate
from tests.engine.requests import DRINKS


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
    back = StoredLoop.open(store, "old")
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
