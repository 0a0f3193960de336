"""An SQLite file that several processes use, and that may vanish while they do."""

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
from engine.store.failures import NOT_SAVED

_FILES, _PATIENCE, _IS_HURRIED = "files", "patience", "is hurried"
"""What is known of a connection: which files it has open, how many seconds it waits for others,
and whether it waits less for now."""
_PRAGMAS = (
    "foreign_keys=ON",
    "synchronous=NORMAL",
    "secure_delete=ON",
    "wal_autocheckpoint=10000",
)
_BELONGING = ("", "-wal", "-shm")
"""Ends of the names of what makes a database: itself, its write-ahead log, the index of that."""
_REOPENED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")
"""Failures after which a file is opened anew: a connection stays as it was when it was opened."""


def sqlite_engine(place: URL, patience: float) -> Engine:
    """The database in a file, which is made on the first run.

    A file that was deleted or replaced is noticed before anything is committed to it, and the
    one that is there then is opened. What a URI of SQLite names is SQLite's own affair.
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
    """Several processes on one file: a write-ahead log, and patience with the others.

    ``synchronous=NORMAL`` hands every commit to the operating system, which keeps it when
    this process is killed; ``secure_delete`` overwrites what is deleted. Whoever commits waits
    for the disk once the log has 10,000 pages, 40 MiB: a server writes it back before.
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
    """Let go of the connection for good, and of all that nobody uses.

    As long as one is open, the next shares its index of the write-ahead log, which may only be
    read where that was so for the first; and a cursor holds its file open behind a connection
    that was closed.
    """
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith(_REOPENED):
        context.is_disconnect = True
        if context.execution_context is not None:
            context.execution_context.cursor.close()
        if context.engine is not None:
            context.engine.dispose()


def _watch(engine: Engine, path: str) -> None:
    """Notice when a file is another than the one that is open."""
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
    """Begin a transaction that writes, waiting so many seconds for other processes."""
    if patience < connection.info[_PATIENCE]:
        hurry(connection, patience)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def hurry(connection: Connection, patience: float) -> None:
    """Wait only so many seconds for others, until the connection is given back."""
    connection.info[_IS_HURRIED] = True
    _wait(connection.connection.driver_connection, patience)


def _given_back(raw: Any, record: Any) -> None:
    """Let whoever has a connection next have all patience."""
    if record.info.pop(_IS_HURRIED, False) and raw is not None:
        _wait(raw, record.info[_PATIENCE])


def _wait(raw: Any, patience: float) -> None:
    raw.execute(f"PRAGMA busy_timeout = {round(patience * 1_000)}")


def check_file(connection: Connection) -> None:
    """Whether the files of a connection are still in their places, before anything is committed.

    What is written to a write-ahead log that was deleted is gone with the last who has it open;
    who closes it before writes what it holds into the database.

    Raises:
        StoreError: if one was deleted or replaced; what is there now is opened next.
    """
    engine, known = connection.engine, connection.info.get(_FILES)
    path = engine.url.database or ""
    if known is not None and (known != _identities(path) or _is_emptied(path)):
        connection.invalidate()
        engine.dispose()
        raise StoreError(f"The database file was deleted or replaced, {NOT_SAVED}")


def _as_it_lies(path: str, named: Any) -> sqlite3.Connection | None:
    """A file where nothing may be written, not even the locks of who reads; None elsewhere."""
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
    """Whether there is a file, and nothing in it."""
    try:
        return not os.stat(path).st_size
    except FileNotFoundError:
        return False


def _identity(path: str) -> tuple[int, int] | None:
    """Device and number of a file; None if there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
