"""Connections to a PostgreSQL server, with timeouts for a silent one.

TCP reports a lost peer; a server that acknowledges but never answers is only noticed by a timeout.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from engine.errors import StoreError

_PING = 2.0
"""Seconds for a pooled connection to prove that it works."""
_LONG = 600.0
"""Seconds for long work."""
_TCP = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def postgres_engine(place: URL, patience: float) -> Engine:
    """SQLAlchemy engine for an address.

    No statement takes longer than ``patience`` seconds, nor its answer a second more.

    Raises:
        StoreError: if psycopg is not installed.
    """
    milliseconds = round(patience * 1_000)
    options = f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds}"
    given = {
        "connect_timeout": max(2, min(3, round(patience))),
        "options": options,
        **_TCP,
    }
    try:
        engine = create_engine(place, pool_pre_ping=True, pool_timeout=patience, connect_args=given)
    except ImportError:
        raise StoreError(
            "PostgreSQL needs psycopg: pip install 'personalizer-playground[postgres]'."
        ) from None
    impatient, limit = _impatient(engine.dialect.loaded_dbapi), patience + 1
    ping = min(_PING, limit)

    def connect(_: object, __: object, arguments: Any, named: Any) -> Any:
        connection = impatient.connect(*arguments, **named)
        connection.limit = limit
        return connection

    def taken(connection: Any, *_: object) -> None:
        connection.limit = limit

    def given_back(connection: Any, _: object) -> None:
        if connection is not None:
            connection.limit = ping

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    return engine


def _impatient(psycopg: Any) -> Any:
    class Impatient(psycopg.Connection):  # type: ignore[misc]
        """A connection with a timeout for answers."""

        limit = _PING

        def wait(self, *arguments: Any, **named: Any) -> Any:
            try:
                return super().wait(*arguments, **named | {"timeout": self.limit})
            except psycopg.errors._WaitTimeout as error:
                self.pgconn.finish()
                raise psycopg.OperationalError("no answer in time") from error

    return Impatient


def allow_long_work(connection: Connection) -> None:
    """Raise the timeout of this transaction, for copying or erasing the largest loop."""
    raw: Any = connection.connection.driver_connection
    raw.limit = _LONG
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {round(_LONG * 1_000)}")
