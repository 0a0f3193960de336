"""Access to a database, SQLite or PostgreSQL."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from math import inf
from pathlib import Path
from threading import Lock
from typing import Any, Self, cast

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Engine, Executable, Row
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from engine.errors import DamagedError, StoreError, UnknownOutcomeError
from engine.loop.clock import Clock, utc_now
from engine.store.database_errors import NOT_SAVED, UNREACHABLE, is_lost, translating_errors
from engine.store.fair_write_lock import WriteQueue
from engine.store.postgres import allow_long_work, postgres_engine
from engine.store.schema import META, known_version, migrate
from engine.store.sqlite import begin_to_write, check_file, sqlite_engine
from engine.store.storage_limits import Limits

_log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds to wait for a busy database before an entry is refused."""
FILE = "events.db"
_TABLES = ", ".join(f"'{table.name}'" for table in META.sorted_tables)
_MEASURED_FOR = 10.0
"""Seconds for which a measured size of the database is used."""


def address(environment: Mapping[str, str] = os.environ) -> str:
    """Address of the app's database.

    ``DATABASE_URL`` if it is set, else an SQLite file in the folder ``PLAYGROUND_DATA``, else one
    in the user's data folder.
    """
    given = environment.get("DATABASE_URL", "").strip()
    if given:
        return given
    own = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    folder = environment.get("PLAYGROUND_DATA") or f"{own}/personalizer-playground"
    return f"sqlite:///{Path(folder).absolute()}/{FILE}"


def connect(url: str, patience: float = PATIENCE) -> Engine:
    """Connect to a database with all tables, created on the first run.

    Args:
        url: of SQLAlchemy, ``sqlite:///...`` or ``postgresql://...``.
        patience: seconds to wait for a busy database.

    Raises:
        StoreError: if it does not exist or cannot be written.
    """
    with translating_errors():
        place = _understood(url)
        make = sqlite_engine if place.drivername == "sqlite" else postgres_engine
        engine = make(place, patience)
        with engine.begin() as connection:
            if engine.dialect.name != "sqlite":
                allow_long_work(connection)
            migrate(connection)
    return engine


def file_of(url: str) -> Path | None:
    """File of an address; None for addresses interpreted by SQLite or PostgreSQL.

    Raises:
        StoreError: for an invalid address.
    """
    place = _understood(url)
    path = place.database or ""
    is_file = place.drivername == "sqlite" and path not in {"", ":memory:"}
    return Path(path) if is_file and not path.startswith("file:") else None


def _understood(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError:
        sentence = "That is not the address of a database, such as sqlite:///events.db."
        raise StoreError(sentence) from None
    if place.drivername in {"postgres", "postgresql"}:
        place = place.set(drivername="postgresql+psycopg")
    if place.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StoreError(
            f"The address names {place.drivername}, but must name sqlite or postgresql+psycopg."
        )
    return place


def run(
    connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> CursorResult[Any]:
    """Execute a constant statement, compiled once, with parameters of plain types.

    SQLAlchemy spends twice as long on a statement as SQLite, most of it on what this leaves out.
    """
    text, known, names = _compiled(statement, connection.dialect)
    if names is None:
        return connection.exec_driver_sql(text, [{**known, **row} for row in rows])
    values = [tuple([row.get(name, known.get(name)) for name in names]) for row in rows]
    return connection.exec_driver_sql(text, values[0] if len(values) == 1 else values)


@lru_cache(maxsize=64)
def _compiled(
    statement: Executable, dialect: Dialect
) -> tuple[str, Mapping[str, Any], Sequence[str] | None]:
    """Text of a statement, its constants by name, and the order of its parameters if they have no
    names."""
    compiled = cast(ClauseElement, statement).compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    return compiled.string, compiled.params, compiled.positiontup


class Database:
    """A database with the store's tables.

    Attributes:
        is_shared: whether processes on other machines may use it.
        line: queue of this process's writers; unused if shared.

    Args:
        engine: of SQLAlchemy, with all tables.
        limits: caps on use.
        clock: for the times of last use.
        patience: seconds to wait for other writers.
    """

    def __init__(
        self,
        engine: Engine,
        limits: Limits | None = None,
        clock: Clock = utc_now,
        patience: float = PATIENCE,
    ) -> None:
        self._engine, self._clock, self.limits = engine, clock, limits or Limits()
        self._is_silent, self._asking = False, Lock()
        self._size, self._measured = 0, -inf
        self.is_shared = engine.dialect.name != "sqlite"
        self.line, self._has_news = WriteQueue(patience), False

    @classmethod
    def open(
        cls,
        url: str,
        limits: Limits | None = None,
        clock: Clock = utc_now,
        patience: float = PATIENCE,
    ) -> Self:
        """Open the store at an address; created on the first run.

        Raises:
            StoreError: if it cannot be reached or written.
        """
        return cls(connect(url, patience), limits, clock, patience)

    def ask(self) -> None:
        """Run a small query, as a test of the connection.

        Raises:
            StoreError: if the database does not answer, or has an unknown version.
        """
        with self._reading() as connection:
            known_version(connection)

    @property
    def size(self) -> int:
        """Bytes in use, without deleted data."""
        statement = (
            "SELECT sum(pg_total_relation_size(name::regclass)) "
            f"FROM unnest(ARRAY[{_TABLES}]) AS name"
            if self.is_shared
            else "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
            "pragma_freelist_count, pragma_page_size"
        )
        with self._reading() as connection:
            return int(connection.exec_driver_sql(statement).scalar_one())

    def check_room(self) -> None:
        """Refuse to grow a full database; its size is measured at intervals.

        Raises:
            StoreError: ``OperationNotAllowed`` if it is full.
        """
        now, most = self._now(), self.limits.max_database
        if abs(now - self._measured) > _MEASURED_FOR:
            self._size, self._measured = self.size, now
        if self._size >= most << 20:
            sentence = f"This server keeps {most:,} MiB of loops, the most it may, {NOT_SAVED}"
            raise StoreError(sentence, "OperationNotAllowed")

    def integrity(self) -> list[str]:
        """Damages found by the database itself; empty for PostgreSQL."""
        if self.is_shared:
            return []
        with self._reading() as connection:
            sentences = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [f"SQLite finds: {sentence}." for sentence in sentences if sentence != "ok"]

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._asking_one_by_one(), translating_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, is_long: bool = False) -> Iterator[Connection]:
        """A transaction for writing, committed at its end.

        SQLite allows one writer at a time: threads of this process queue, so that the first one
        meets a busy database only if other processes write. PostgreSQL allows many.

        Raises:
            UnknownOutcomeError: if it is unknown whether the commit succeeded.
        """
        with translating_errors(), self._turn() as patience, self._reading() as connection:
            if not self.is_shared:
                begin_to_write(connection, patience)
            elif is_long:
                allow_long_work(connection)
            yield connection
            if not self.is_shared:
                check_file(connection)
            try:
                connection.commit()
            except DBAPIError as error:
                if self.is_shared and is_lost(error):
                    _log.error("outcome unknown")
                    raise UnknownOutcomeError from error
                raise
            self._has_news = True

    def _turn(self) -> AbstractContextManager[float]:
        return nullcontext(self.line.patience) if self.is_shared else self.line.turn()

    @contextmanager
    def _asking_one_by_one(self) -> Iterator[None]:
        """Admit a single thread at a time while a server does not answer.

        So a silent server cannot use up the threads of all callers.
        """
        if not self.is_shared:
            yield
            return
        alone = self._is_silent
        if alone and not self._asking.acquire(blocking=False):
            raise StoreError(UNREACHABLE)
        try:
            yield
        except StoreError as error:
            self._is_silent = is_lost(error.__cause__ or error)
            raise
        else:
            self._is_silent = False
        finally:
            if alone:
                self._asking.release()

    def _rows(self, statement: Executable) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            try:
                return connection.execute(statement).all()
            except (TypeError, ValueError) as error:
                raise DamagedError("a column holds what it cannot hold") from error

    def _change(self, statement: Executable, is_long: bool = False) -> int:
        """Number of rows changed by a statement."""
        with self._writing(is_long) as connection:
            return connection.execute(statement).rowcount

    def _now(self) -> float:
        return self._clock().timestamp()
