"""The tables, and how an older database becomes a present one.

Version 1 had loops and entries; version 2 added snapshots, and loops that are not ready
while their entries are still coming in; since version 3 a snapshot is of one projection.
"""

import logging
from collections.abc import Callable

import sqlalchemy as sa

from engine.errors import PersonalizerError

_log = logging.getLogger(__name__)

META = sa.MetaData()

VERSION = sa.Table("playground_schema", META, sa.Column("version", sa.Integer, nullable=False))

LOOPS = sa.Table(
    "loops",
    META,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("world", sa.Text),
    sa.Column("seed", sa.Text, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("used", sa.Float, nullable=False, index=True),
    sa.Column("ready", sa.Boolean, nullable=False, server_default=sa.true()),
)
"""One row a loop; ``length`` counts its entries, ``events`` those of its events that count,
times are seconds since 1970."""

ENTRIES = sa.Table(
    "entries",
    META,
    sa.Column(
        "loop", sa.String(64), sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("entries_of_an_event", "loop", "event"),
    sqlite_with_rowid=False,
)
"""The logs. ``event`` is the event's id as JSON, ``body`` the entry."""

SNAPSHOTS = sa.Table(
    "snapshots",
    META,
    sa.Column(
        "loop", sa.String(64), sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("part", sa.String(64), primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
"""States of projections (``part``) as of a position."""

_LOCK = 5_308_417
"""Number of the advisory lock under which PostgreSQL migrates."""


def _second(connection: sa.Connection) -> None:
    true = "1" if connection.dialect.name == "sqlite" else "true"
    sentence = f"ALTER TABLE loops ADD COLUMN ready BOOLEAN NOT NULL DEFAULT {true}"
    connection.execute(sa.text(sentence))


def _third(connection: sa.Connection) -> None:
    # What was written down before is folded anew from the log.
    connection.execute(sa.text("DROP TABLE IF EXISTS snapshots"))
    SNAPSHOTS.create(connection)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_second, _third)
"""Each brings a database from one version to the next, beginning with version 1."""
NEWEST = 1 + len(MIGRATIONS)


def migrate(connection: sa.Connection) -> None:
    """Bring a database to the newest version, alone among all processes, within a transaction.

    Raises:
        PersonalizerError: if the database is newer than this code.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    if not sa.inspect(connection).has_table(VERSION.name):
        META.create_all(connection)
        connection.execute(VERSION.insert().values(version=NEWEST))
        _log.info("database made", extra={"schema": NEWEST})
        return
    found = connection.execute(sa.select(VERSION.c.version)).scalar_one()
    if found > NEWEST:
        raise PersonalizerError(
            "StorageUnavailable",
            f"The database has schema version {found}, but this version of the app knows "
            f"{NEWEST} at most: it was written by a newer one.",
            "database",
        )
    for step in MIGRATIONS[found - 1 :]:
        step(connection)
    if found < NEWEST:
        connection.execute(VERSION.update().values(version=NEWEST))
        _log.info("database migrated", extra={"schema": NEWEST, "was": found})
