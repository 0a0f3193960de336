"""Backups taken with the database's own tools, as described in the README."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from engine.store import Store, StoredLoop
from engine.store.database_check import check_database
from tests.engine.store.databases import database, skip_without
from tests.engine.store.workers import WORLD, beliefs, serve_next


def served(store: Store) -> StoredLoop:
    """A loop of two visitors."""
    kept = StoredLoop.create(store, owner="me", world=WORLD, seed=7)
    for _ in range(2):
        serve_next(kept)
    return kept


def goes_on(copy: Store, kept: StoredLoop) -> None:
    """Check that a copy is complete, and that its loop of two visitors continues like
    the original.
    """
    assert list(check_database(copy)) == []
    back = StoredLoop.open(copy, kept.id)
    assert len(back.loop.events) == 2
    serve_next(back)
    assert beliefs(back.loop)[0] == beliefs(kept.loop)[0]


def test_sqlite_backs_up_into_a_file_while_others_write(plain_store: Store, tmp_path: Path) -> None:
    """Equivalent to ``sqlite3 events.db ".backup backup.db"``."""
    kept = served(plain_store)
    with (
        plain_store._writing(),
        closing(sqlite3.connect(tmp_path / "plain.db")) as live,
        closing(sqlite3.connect(tmp_path / "backup.db")) as copy,
    ):
        live.backup(copy)
    serve_next(kept)
    with closing(Store.open(f"sqlite:///{tmp_path}/backup.db")) as copied:
        goes_on(copied, kept)


def test_postgresql_dumps_and_restores(tmp_path: Path) -> None:
    skip_without("postgres")
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump")
    with (
        database("postgres", tmp_path) as url,
        database("postgres", tmp_path) as other,
        closing(Store.open(url)) as store,
    ):
        kept = served(store)
        Store.open(other).close()
        dump, plain = str(tmp_path / "backup.dump"), "postgresql://"
        for command in (
            ["pg_dump", "-Fc", "-f", dump, url.replace("postgresql+psycopg://", plain)],
            [
                "pg_restore",
                "--clean",
                "--if-exists",
                "-d",
                other.replace("postgresql+psycopg://", plain),
                dump,
            ],
        ):
            subprocess.run(command, check=True, env=os.environ, timeout=60)
        serve_next(kept)
        with closing(Store.open(other)) as copied:
            goes_on(copied, kept)


def test_a_damaged_copy_is_found_by_the_check(plain_store: Store, tmp_path: Path) -> None:
    served(plain_store)
    file = tmp_path / "copy.db"
    with closing(sqlite3.connect(tmp_path / "plain.db")) as live:
        live.execute("VACUUM INTO ?", (str(file),))
    with closing(sqlite3.connect(file)) as copy:
        index = "SELECT rootpage FROM sqlite_schema WHERE name = 'ix_drafts_key'"
        (page,) = copy.execute(index).fetchone()
        (size,) = copy.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as damaged:
        damaged.seek((page - 1) * size)
        damaged.write(b"\xff" * size)
    with closing(Store.open(f"sqlite:///{file}")) as copied:
        finding = next(check_database(copied))
    assert finding.view == ""
    assert "SQLite finds" in finding.description
