"""The tables, and how an older database becomes a present one.

Version 1 had loops and entries; version 2 added snapshots, and loops that are not ready
while their entries are still coming in; since version 3 a snapshot is of one projection.
"""

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
    text,
    true,
)

from engine.errors import PersonalizerError

META = MetaData()

VERSION = Table("playground_schema", META, Column("version", Integer, nullable=False))

LOOPS = Table(
    "loops",
    META,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("world", Text),
    Column("seed", Text, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("created", Float, nullable=False),
    Column("used", Float, nullable=False, index=True),
    Column("ready", Boolean, nullable=False, server_default=true()),
)
"""One row a loop; ``length`` counts its entries, ``events`` those of its events that count,
times are seconds since 1970."""

_LOOP = ForeignKey("loops.id", ondelete="CASCADE")

ENTRIES = Table(
    "entries",
    META,
    Column("loop", String(64), _LOOP, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event", Text),
    Column("body", Text, nullable=False),
    Index("entries_of_an_event", "loop", "event"),
    sqlite_with_rowid=False,
)
"""The logs. ``event`` is the event's id as JSON, ``body`` the entry."""

SNAPSHOTS = Table(
    "snapshots",
    META,
    Column("loop", String(64), ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("part", String(64), primary_key=True),
    Column("version", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""States of projections (``part``) as of a position."""

_LOCK = 5_308_417
"""Number of the advisory lock under which PostgreSQL migrates."""


def _first(connection: Connection) -> None:
    statements = (
        "CREATE TABLE loops (id VARCHAR(64) PRIMARY KEY, owner VARCHAR(64) NOT NULL, "
        "name TEXT NOT NULL, world TEXT, seed TEXT NOT NULL, length BIGINT NOT NULL, "
        "events BIGINT NOT NULL, created DOUBLE PRECISION NOT NULL, "
        "used DOUBLE PRECISION NOT NULL)",
        "CREATE INDEX ix_loops_owner ON loops (owner)",
        "CREATE INDEX ix_loops_used ON loops (used)",
        "CREATE TABLE entries (loop VARCHAR(64) NOT NULL REFERENCES loops (id) "
        "ON DELETE CASCADE, position BIGINT NOT NULL, event TEXT, body TEXT NOT NULL, "
        "PRIMARY KEY (loop, position))"
        + (" WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""),
        "CREATE INDEX entries_of_an_event ON entries (loop, event)",
    )
    for statement in statements:
        connection.execute(text(statement))


def _second(connection: Connection) -> None:
    true_here = "1" if connection.dialect.name == "sqlite" else "true"
    connection.execute(
        text(f"ALTER TABLE loops ADD COLUMN ready BOOLEAN NOT NULL DEFAULT {true_here}")
    )


def _third(connection: Connection) -> None:
    # What was written down before is folded anew from the log.
    connection.execute(text("DROP TABLE IF EXISTS snapshots"))
    SNAPSHOTS.create(connection)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third)
"""Each brings a database from one version to the next, the first from nothing."""


def migrate(connection: Connection, to: int = len(MIGRATIONS)) -> int:
    """Bring a database to a version, alone among all processes, within a transaction.

    Returns:
        the version that was found.

    Raises:
        PersonalizerError: if the database is newer than this code.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    found = 0
    if inspect(connection).has_table(VERSION.name):
        found = connection.execute(select(VERSION.c.version)).scalar_one()
    else:
        VERSION.create(connection)
        connection.execute(VERSION.insert().values(version=0))
    if found > len(MIGRATIONS):
        raise PersonalizerError(
            "StorageUnavailable",
            f"The database has schema version {found}, but this version of the app knows "
            f"{len(MIGRATIONS)} at most: it was written by a newer one.",
            "database",
        )
    for step in MIGRATIONS[found:to]:
        step(connection)
    if found < to:
        connection.execute(VERSION.update().values(version=to))
    return found
