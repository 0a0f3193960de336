"""SQLite's write-ahead log, and when what it holds is brought into the database file.

By itself SQLite lets whoever commits do so now and then, who waits for the disk, and with them all
who stand in line.
"""

from contextlib import suppress
from time import monotonic, sleep

from sqlalchemy import Connection

from engine.errors import StoreError
from engine.store.database import Database
from engine.store.failures import translated
from engine.store.sqlite import hurry

_MOMENT = 0.05
"""Seconds after which one looks again whether others still read."""


class WriteAhead(Database):
    """The log in which SQLite keeps what was written; PostgreSQL has its own ways."""

    def write_back(self) -> None:
        """Bring what was written since the last time into the file, while others go on.

        Raises:
            StoreError: if that cannot be.
        """
        if self._has_news and not self.is_shared:
            self._has_news = False
            with self._reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").all()

    def _wipe(self) -> None:
        """Empty the log, where deleted rows may still stand.

        Whoever reads there is waited for, but not so that nobody may write meanwhile; who reads
        for too long leaves it to the next time.
        """
        until = monotonic() + self.line.patience
        with suppress(StoreError):
            while not self.is_shared and monotonic() < until:
                self.write_back()  # What is left to do while nobody may write is little.
                with translated(), self.line.turn(), self._reading() as connection:
                    if _is_cut_off(connection):
                        return
                sleep(_MOMENT)


def _is_cut_off(connection: Connection) -> bool:
    """Cut the log off if nobody reads there; SQLite would wait, and let nobody write."""
    hurry(connection, 0.0)
    is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()[0][0]
    return not is_busy
