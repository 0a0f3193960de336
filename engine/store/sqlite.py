"""SQLite files shared by several processes, which may be deleted or replaced in use."""

import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext

from engine.errors import StoreError
from engine.store.database_errors import NOT_SAVED

_FILES, _PATIENCE, _IS_HURRIED = "files", "patience", "is hurried"
"""Facts about a connection: its open files, its seconds of patience, and whether the patience is
reduced for now."""
_PRAGMAS = (
    "foreign_keys=ON",
    "synchronous=NORMAL",
    "secure_delete=ON",
    "wal_autocheckpoint=10000",
)
_BELONGING = ("", "-wal", "-shm")
"""Suffixes of the files of a database: main file, write-ahead log, and index of the log."""
_REOPENED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")
"""Errors after which a file is opened again, as an open connection would not recover."""


def sqlite_engine(place: URL, patience: float) -> Engine:
    """SQLAlchemy engine for a file, created on the first run.

    A deleted or replaced file is noticed before a commit, and the new one is opened. Not for
    SQLite's URIs.
    """
    path = place.database or ""
    if path.startswith("file:"):
        path = ""
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(place, connect_args={"timeout": patience})
    event.listen(engine, "connect", partial(_set_up, patience=patience))
    event.listen(engine, "checkin", _given_back)
    event.listen(engine, "handle_error", _reopen)
    if path:
        _watch(engine, path)
    return engine


def _set_up(connection: Any, record: Any, patience: float) -> None:
    """Prepare a connection for several processes: write-ahead log and patience.

    ``synchronous=NORMAL`` hands every commit to the operating system, which keeps it if this
    process is killed; ``secure_delete`` overwrites deleted data. A commit waits for the disk once
    the log has 10,000 pages, 40 MiB; a server writes the log back earlier.
    """
    record.info[_PATIENCE], until = patience, time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except connection.OperationalError as error:
            # The switch to a write-ahead log does not wait for others by itself.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
    # Text that is none is damage like any other, which the digests find row by row.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    # The last reads something: from then on the write-ahead log is there.
    for pragma in (*_PRAGMAS, "schema_version"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _reopen(context: ExceptionContext) -> None:
    """Discard the connection and idle connections.

    While one connection is open, new ones share its index of the write-ahead log, which stays
    read-only if it was so for the first; and a cursor holds its file open after its connection was
    closed.
    """
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith(_REOPENED):
        context.is_disconnect = True
        if context.execution_context is not None:
            context.execution_context.cursor.close()
        if context.engine is not None:
            context.engine.dispose()


def _watch(engine: Engine, path: str) -> None:
    """Notice a change of the file behind an open connection."""
    known: list[tuple[int, int]] = []

    def connecting(_: object, __: object, ___: object, named: Any) -> Any:
        if known and not _identity(path):
            raise StoreError(f"The database file is gone, {NOT_SAVED} Restore it from a backup.")
        return _as_it_lies(path, named)

    def connected(_: object, record: Any) -> None:
        record.info[_FILES] = files = _identities(path)
        known[:] = [file for file in files[:1] if file]

    event.listen(engine, "do_connect", connecting)
    event.listen(engine, "connect", connected)


def begin_to_write(connection: Connection, patience: float) -> None:
    """Begin a transaction for writing, waiting some seconds for other processes."""
    if patience < connection.info[_PATIENCE]:
        hurry(connection, patience)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def hurry(connection: Connection, patience: float) -> None:
    """Reduce the seconds of waiting until the connection is returned."""
    connection.info[_IS_HURRIED] = True
    _wait(connection.connection.driver_connection, patience)


def _given_back(raw: Any, record: Any) -> None:
    """Restore the patience of a returned connection."""
    if record.info.pop(_IS_HURRIED, False) and raw is not None:
        _wait(raw, record.info[_PATIENCE])


def _wait(raw: Any, patience: float) -> None:
    raw.execute(f"PRAGMA busy_timeout = {round(patience * 1_000)}")


def check_file(connection: Connection) -> None:
    """Check before a commit that the files of a connection are in place.

    Writes to a deleted write-ahead log are lost with its last user; closing the connection earlier
    writes its content into the database.

    Raises:
        StoreError: if a file was deleted or replaced; the present one is opened next.
    """
    engine, known = connection.engine, connection.info.get(_FILES)
    path = engine.url.database or ""
    if known is not None and (known != _identities(path) or _is_emptied(path)):
        connection.invalidate()
        engine.dispose()
        raise StoreError(f"The database file was deleted or replaced, {NOT_SAVED}")


def _as_it_lies(path: str, named: Any) -> sqlite3.Connection | None:
    """Address for a file where nothing may be written, not even locks of readers; None
    otherwise."""
    is_fixed = not os.access(Path(path).parent, os.W_OK) and Path(path).exists()
    if not is_fixed or Path(f"{path}-wal").exists():
        return None
    fixed: sqlite3.Connection = sqlite3.connect(
        f"file:{quote(path)}?immutable=1", uri=True, **named
    )
    return fixed


def _identities(path: str) -> tuple[tuple[int, int] | None, ...]:
    return tuple(_identity(path + end) for end in _BELONGING)


def _is_emptied(path: str) -> bool:
    """True if a file exists and is empty."""
    try:
        return not os.stat(path).st_size
    except FileNotFoundError:
        return False


def _identity(path: str) -> tuple[int, int] | None:
    """Device and number of a file; None if missing."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
