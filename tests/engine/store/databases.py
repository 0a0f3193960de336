"""Databases for tests: an SQLite file, and a database of its own on a real PostgreSQL."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

POSTGRES = "PLAYGROUND_TEST_POSTGRES"
"""Environment variable with the address of a PostgreSQL server for test databases."""
KINDS = ("sqlite", "postgres")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a new empty database that is removed afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/events.db"
        return
    server = make_url(os.environ[POSTGRES])
    name = f"test_{secrets.token_hex(6)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        # By copying files: through the log, as is the default, it takes five times as long.
        connection.execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
        try:
            own = server.set(drivername="postgresql+psycopg", database=name)
            yield own.render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def on_every_connection(statement: str) -> Iterator[None]:
    """Run the statement first on every new database connection."""

    def run(connection: DBAPIConnection, _: object) -> None:
        connection.cursor().execute(statement)

    event.listen(Engine, "connect", run)
    try:
        yield
    finally:
        event.remove(Engine, "connect", run)


def skip_without(kind: str) -> None:
    """Skip tests that need PostgreSQL if it is not available; in CI it must be."""
    if kind == "postgres" and not os.environ.get(POSTGRES):
        missing = f"no PostgreSQL: {POSTGRES} is not set"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
