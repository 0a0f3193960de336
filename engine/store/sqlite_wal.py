"""SQLite's write-ahead log, and its write-back to the database file.

By default SQLite writes back within a commit, which then waits for the disk, and with it all queued
writers.
"""

from contextlib import suppress
from time import monotonic, sleep

from sqlalchemy import Connection

from engine.errors import StoreError
from engine.store.database import Database
from engine.store.database_errors import translating_errors
from engine.store.sqlite import hurry

_MOMENT = 0.05
"""Seconds between checks for readers."""


class WriteAhead(Database):
    """The write-ahead log of an SQLite database; no effect on PostgreSQL."""

    def write_back(self) -> None:
        """Write back recent changes, while other threads continue.

        Raises:
            StoreError: on failure.
        """
        if self._has_news and not self.is_shared:
            self._has_news = False
            with self._reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").all()

    def _wipe(self) -> None:
        """Empty the log, which may still hold deleted rows.

        Waits for readers without blocking writers; long readers postpone it to the next time.
        """
        until = monotonic() + self.line.patience
        with suppress(StoreError):
            while not self.is_shared and monotonic() < until:
                self.write_back()  # What is left to do while nobody may write is little.
                with translating_errors(), self.line.turn(), self._reading() as connection:
                    if _is_cut_off(connection):
                        return
                sleep(_MOMENT)


def _is_cut_off(connection: Connection) -> bool:
    """Truncate the log if there are no readers; SQLite itself would wait and block writers."""
    hurry(connection, 0.0)
    is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()[0][0]
    return not is_busy
