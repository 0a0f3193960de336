"""A database, SQLite or PostgreSQL, and what its failures mean in one sentence."""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Executable, Row, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from engine.errors import DamagedError, GoneError, StoreError
from engine.loop.clock import Clock, utc_now
from engine.store.limits import Limits
from engine.store.schema import migrate

_log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that a database may be busy before an entry counts as refused."""
FILE = "events.db"


def address(environment: Mapping[str, str] = os.environ) -> str:
    """Where loops are kept.

    ``DATABASE_URL`` if it is set, else an SQLite file in the folder ``PLAYGROUND_DATA``,
    else one in the person's own data folder.
    """
    given = environment.get("DATABASE_URL", "").strip()
    if given:
        return given
    own = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    folder = environment.get("PLAYGROUND_DATA") or f"{own}/personalizer-playground"
    return f"sqlite:///{Path(folder).absolute()}/{FILE}"


def connect(url: str, patience: float = PATIENCE) -> Engine:
    """A database with all tables, made on the first run.

    Args:
        url: of SQLAlchemy, ``sqlite:///...`` or ``postgresql://...``.
        patience: seconds to wait for a busy database.

    Raises:
        StoreError: if there is none, or it cannot be written.
    """
    with translated():
        place = _understood(url)
        make = _sqlite if place.drivername == "sqlite" else _postgres
        engine = make(place, patience)
        with engine.begin() as connection:
            migrate(connection)
    return engine


def _understood(url: str) -> URL:
    try:
        place = make_url(url)
    except ArgumentError:
        raise StoreError("DATABASE_URL is not the address of a database.") from None
    if place.drivername in {"postgres", "postgresql"}:
        place = place.set(drivername="postgresql+psycopg")
    if place.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StoreError(
            f"DATABASE_URL names {place.drivername}, but must name sqlite or postgresql+psycopg."
        )
    return place


def _sqlite(place: URL, patience: float) -> Engine:
    if place.database:
        Path(place.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(place, connect_args={"timeout": patience})
    event.listen(engine, "connect", lambda connection, _: _set_up(connection, patience))
    return engine


def _set_up(connection: Any, patience: float) -> None:
    """Several processes on one file: a write-ahead log, and patience with the others.

    ``synchronous=NORMAL`` hands every commit to the operating system, which keeps it when
    this process is killed; ``secure_delete`` overwrites what is deleted.
    """
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except connection.OperationalError as error:
            # The switch to a write-ahead log does not wait for others by itself.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
    for pragma in ("foreign_keys=ON", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _postgres(place: URL, patience: float) -> Engine:
    options = f"-c lock_timeout={round(patience * 1_000)} -c statement_timeout={60_000}"
    given = {"connect_timeout": max(2, round(patience)), "options": options}
    try:
        return create_engine(place, pool_pre_ping=True, pool_timeout=patience, connect_args=given)
    except ImportError:
        raise StoreError(
            "PostgreSQL needs psycopg: pip install 'personalizer-playground[postgres]'."
        ) from None


@contextmanager
def translated() -> Iterator[None]:
    """Say a database's failures in one sentence.

    Raises:
        GoneError: for a loop that was deleted meanwhile.
        StoreError: for everything else.
    """
    try:
        yield
    except IntegrityError as error:
        if "foreign key" in str(error.orig).lower():
            raise GoneError from error
        raise _logged(_PLACE_TAKEN, error) from error
    except OSError as error:
        raise _logged(f"The data folder cannot be used: {error.strerror}.", error) from error
    except NoConnection as error:
        raise _logged(_BUSY, error) from error
    except SQLAlchemyError as error:
        raise _logged(_meaning(error), error) from error


def _logged(sentence: str, error: Exception) -> StoreError:
    """What is said of a failure; whoever runs the server learns of it, too."""
    cause = type(getattr(error, "orig", None) or error).__name__
    _log.error("database fault", extra={"code": cause, "reason": sentence})
    return StoreError(sentence)


_NOT_SAVED = "so this was not saved and did not happen."
_BUSY = f"The database is busy with somebody else's work, {_NOT_SAVED} Try again."
_PLACE_TAKEN = f"The database has something else in this place, {_NOT_SAVED} Open the loop again."
_FULL = f"The disk is full, {_NOT_SAVED}"
_READ_ONLY = f"The database may only be read, {_NOT_SAVED}"
_MEANINGS = {
    "locked": _BUSY,
    "lock timeout": _BUSY,
    "disk is full": _FULL,
    "no space": _FULL,
    "readonly": _READ_ONLY,
    "read-only": _READ_ONLY,
    "unable to open": "The database file cannot be opened: is its folder there and writable?",
    "malformed": "The database file is damaged. Restore it from a backup.",
    "not a database": "The database file is not a database of SQLite.",
}


def _meaning(error: SQLAlchemyError) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    found = (sentence for sign, sentence in _MEANINGS.items() if sign in said)
    return next(found, f"The database cannot be reached, {_NOT_SAVED} Try again.")


class Database:
    """A database with the tables of the store, to read and to write.

    Args:
        engine: of SQLAlchemy, with all tables.
        limits: what one owner may use.
        clock: tells when a loop was used.
    """

    def __init__(
        self, engine: Engine, limits: Limits | None = None, clock: Clock = utc_now
    ) -> None:
        self._engine, self._clock, self.limits = engine, clock, limits or Limits()

    @classmethod
    def open(
        cls,
        url: str,
        limits: Limits | None = None,
        clock: Clock = utc_now,
        patience: float = PATIENCE,
    ) -> Self:
        """The store at an address; made on the first run.

        Raises:
            StoreError: if it cannot be reached or written.
        """
        return cls(connect(url, patience), limits, clock)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @property
    def is_shared(self) -> bool:
        """Whether processes on other machines may use it too."""
        return self._engine.dialect.name != "sqlite"

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated(), self._engine.begin() as connection:
            yield connection

    def _rows(self, statement: Executable) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            try:
                return connection.execute(statement).all()
            except (TypeError, ValueError) as error:
                raise DamagedError("a column holds what it cannot hold") from error

    def _change(self, statement: Executable) -> int:
        """How many rows a statement has changed."""
        with self._writing() as connection:
            return connection.execute(statement).rowcount

    def _now(self) -> float:
        return self._clock().timestamp()
