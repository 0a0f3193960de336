"""A database to read and write, and who uses it how much."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, Engine

from engine.loop.clock import utc_now
from engine.store.database import PATIENCE, StoreError, connect, translated
from engine.store.limits import Limits


class GoneError(StoreError):
    """A loop that was deleted, has expired, or never was."""

    def __init__(self) -> None:
        super().__init__("This loop is not here any more: it was deleted, or expired.", "NotFound")


class Connected:
    """Whatever is kept in the database.

    Args:
        engine: of SQLAlchemy, with all tables.
        limits: what one owner may use.
        clock: tells when a loop was used.
    """

    def __init__(
        self, engine: Engine, limits: Limits | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine, self._clock = engine, clock
        self.limits = limits or Limits()

    @classmethod
    def open(
        cls,
        url: str,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = utc_now,
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

    def _now(self) -> float:
        return self._clock().timestamp()
