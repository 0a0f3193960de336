"""Tables of the database, and migrations of older databases.

Version 1 had loops and entries; version 2 added snapshots, and loops that are not ready during an
import; since version 3 a snapshot is of one projection; version 4 added views, digests for finding
damage, and the days in use; version 5 worlds, version 6 drafts of worlds, version 7 keys and jobs
of applications.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from engine.errors import StoreError
from engine.store import digests

_log = logging.getLogger(__name__)

META = sa.MetaData()

VERSION = sa.Table("playground_schema", META, sa.Column("version", sa.Integer, nullable=False))

LOOPS = sa.Table(
    "loops",
    META,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("view", sa.String(64), nullable=False),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("world", sa.Text),
    sa.Column("seed", sa.Text, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("used", sa.Float, nullable=False, index=True),
    sa.Column("ready", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("card", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Index("ix_loops_view", "view", unique=True),
)
"""One row a loop. ``length`` is the number of entries, ``events`` of events that count; times are
seconds since 1970. ``card`` seals the loop's facts, ``digest`` the end of its log."""

ENTRIES = sa.Table(
    "entries",
    META,
    sa.Column(
        "loop", sa.String(64), sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Index("entries_of_an_event", "loop", "event"),
    sqlite_with_rowid=False,
)
"""Logs. ``event`` is the event's id as JSON, ``body`` the entry, ``digest`` of the log up to the
entry."""

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
    sa.Column("seal", sa.LargeBinary, nullable=False),
)
"""States of projections (``part``) at a position. ``data`` ends with its own SHA-256; ``seal``
covers all other columns and the digest of the entry before that position."""

DAYS = sa.Table("days", META, sa.Column("day", sa.Integer, primary_key=True, autoincrement=False))
"""Days since 1970 on which the database was in use."""

WORLDS = sa.Table(
    "worlds",
    META,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("used", sa.Float, nullable=False, index=True),
    sa.Column("listed", sa.Boolean, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
    sa.Index("ix_worlds_key", "key"),
)
"""People's worlds; worlds edited since are not ``listed``. ``seal`` covers all given by a person,
and the time."""

DRAFTS = sa.Table(
    "drafts",
    META,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("used", sa.Float, nullable=False, index=True),
    sa.Index("ix_drafts_key", "key"),
)
"""Drafts of worlds; ``key`` is the digest of ``text``."""

KEYS = sa.Table(
    "service_keys",
    META,
    sa.Column(
        "loop", sa.String(64), sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("made", sa.Float, nullable=False),
    sa.Index("ix_service_keys_digest", "digest", unique=True),
)
"""Keys of applications, two a loop; ``digest`` is the SHA-256 of the key."""

JOBS = sa.Table(
    "service_jobs",
    META,
    sa.Column(
        "loop", sa.String(64), sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("made", sa.Float, nullable=False),
)
"""Jobs of applications; ``name`` and ``body`` are JSON, which every database can hold."""

SECRETS = sa.Table(
    "service_secrets",
    META,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)
"""Random values known to this database alone."""

_LOCK = 5_308_417
"""Number of the advisory lock under which PostgreSQL migrates."""
_SLICE = 1_000
"""Entries held in memory by a migration."""


def _add(connection: sa.Connection, column: "sa.Column[Any]") -> None:
    """Add a column to an older table, unless it exists."""
    table = column.table.name
    if column.name not in {known["name"] for known in sa.inspect(connection).get_columns(table)}:
        kind = column.type.compile(connection.dialect)
        connection.execute(sa.text(f"ALTER TABLE {table} ADD COLUMN {column.name} {kind}"))


def _second(connection: sa.Connection) -> None:
    true = "1" if connection.dialect.name == "sqlite" else "true"
    sentence = f"ALTER TABLE loops ADD COLUMN ready BOOLEAN NOT NULL DEFAULT {true}"
    connection.execute(sa.text(sentence))


def _third(connection: sa.Connection) -> None:
    # What was written down before is folded anew from the log.
    connection.execute(sa.text("DROP TABLE IF EXISTS snapshots"))
    SNAPSHOTS.create(connection)


def _fourth(connection: sa.Connection) -> None:
    """Migrate to version 4: compute digests from the present entries of logs."""
    of = LOOPS.c
    for column in (of.view, of.origin, of.card, of.digest, ENTRIES.c.digest, SNAPSHOTS.c.seal):
        _add(connection, column)
    known = (of.id, of.owner, of.name, of.world, of.seed, of.created, of.length, of.events)
    for row in connection.execute(sa.select(*known)).all():
        sealed = {
            "view": digests.view_of(row.id),
            "origin": "here",
            "card": digests.card(row.id, *row[1:6], "here"),
            "digest": digests.end(row.length, row.events, _chain(connection, row.id)),
        }
        connection.execute(sa.update(LOOPS).filter_by(id=row.id).values(sealed))
        _seal_snapshots(connection, row.id)
    for index in LOOPS.indexes:
        index.create(connection, checkfirst=True)
    DAYS.create(connection)
    used = {int(used // 86_400) for used in connection.execute(sa.select(of.used)).scalars()}
    if used:
        connection.execute(DAYS.insert(), [{"day": day} for day in used])


def _fifth(connection: sa.Connection) -> None:
    WORLDS.create(connection)


def _sixth(connection: sa.Connection) -> None:
    DRAFTS.create(connection)


def _seventh(connection: sa.Connection) -> None:
    for table in (KEYS, JOBS, SECRETS):
        table.create(connection)


def _chain(connection: sa.Connection, loop: str) -> bytes:
    """Set the digest of each entry of a log, slice by slice; return the last one."""
    digest, position = digests.START, -1
    of = ENTRIES.c
    here = of.loop == loop, of.position == sa.bindparam("b_position")
    give = sa.update(ENTRIES).where(*here).values(digest=sa.bindparam("b_digest"))
    entries = sa.select(of.position, of.body).filter_by(loop=loop).order_by(of.position)
    while rows := connection.execute(entries.where(of.position > position).limit(_SLICE)).all():
        given = []
        for position, body in rows:
            digest = digests.chained(digest, body)
            given.append({"b_position": position, "b_digest": digest})
        connection.execute(give, given)
    return digest


def _seal_snapshots(connection: sa.Connection, loop: str) -> None:
    of, at = SNAPSHOTS.c, ENTRIES.c
    before = sa.and_(at.loop == of.loop, at.position == of.position - 1)
    snapshots = sa.select(SNAPSHOTS, at.digest).join(ENTRIES, before).where(of.loop == loop)
    for row in connection.execute(snapshots).all():
        place = digests.place(row.digest, row.position, row.part, row.version, row.mark)
        sealed = {"data": digests.with_digest(row.data), "seal": place}
        key = {"loop": loop, "position": row.position, "part": row.part}
        connection.execute(sa.update(SNAPSHOTS).filter_by(**key).values(sealed))


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (
    _second, _third, _fourth, _fifth, _sixth, _seventh,
)  # fmt: skip
"""Migrations from each version to the next, beginning with version 1."""
NEWEST = 1 + len(MIGRATIONS)


def migrate(connection: sa.Connection) -> None:
    """Migrate a database to the newest version, in one transaction, under a lock for all processes.

    An SQLite file is copied first. Nothing is written to a database of the newest version.

    Raises:
        StoreError: if the database is newer than this code.
    """
    if known_version(connection) == NEWEST:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    version = known_version(connection)
    if version is None:
        META.create_all(connection)
        connection.execute(VERSION.insert().values(version=NEWEST))
        _log.info("database made", extra={"schema": NEWEST})
        return
    if version < NEWEST:
        _copy_file(connection, version)
        for step in MIGRATIONS[version - 1 :]:
            step(connection)
        connection.execute(VERSION.update().values(version=NEWEST))
        _log.info("database migrated", extra={"schema": NEWEST, "was": version})


def known_version(connection: sa.Connection) -> int | None:
    """Version of a database; None for an empty one.

    Raises:
        StoreError: if the database is newer than this code.
    """
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    version: int = connection.execute(sa.select(VERSION.c.version)).scalar_one()
    if version > NEWEST:
        raise StoreError(
            f"The database has schema version {version}, but this version of the app knows "
            f"{NEWEST} at most: it was written by a newer one."
        )
    return version


def _copy_file(connection: sa.Connection, version: int) -> None:
    """Copy an SQLite file beside it before a migration."""
    path = connection.engine.url.database
    if connection.dialect.name == "sqlite" and path:
        with (
            closing(sqlite3.connect(path)) as before,
            closing(sqlite3.connect(f"{path}.schema-{version}")) as copy,
        ):
            before.backup(copy)
