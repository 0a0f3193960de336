"""Logs of loops: appended to and never edited.

A log's next place is given to whoever finds its length as they know it (optimistic
concurrency): the length is compared and moved on in the same statement.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.errors import GoneError, OvertakenError, StoreError
from engine.loop.entries import Entry, Undone
from engine.store.database import Database
from engine.store.entry_codec import from_text, to_text
from engine.store.schema import ENTRIES, LOOPS

_log = logging.getLogger(__name__)

CHUNK = 1_000
"""Entries read or written in one statement."""


class Logs(Database):
    """The entries of each loop."""

    def append(
        self, loop: str, position: int, entries: Sequence[Entry | Undone], events: int
    ) -> None:
        """Write down entries, all or none; once this returns they are on disk.

        Args:
            position: of the first of them; the length of the log as the caller knows it.
            events: how many more events count with them.

        Raises:
            OvertakenError: if others have appended meanwhile.
            StoreError: if they cannot be written.
        """
        told = {"b_loop": loop, "b_from": position, "b_by": len(entries), "b_events": events}
        with self._writing() as connection:
            moved = connection.execute(_MOVE_ON, told | {"b_now": self._now()})
            if moved.rowcount == 0:
                if self._length(connection, loop) < position:
                    sentence = "The database has lost a part of this loop's log."
                    raise StoreError(f"{sentence} Open the loop again.")
                raise OvertakenError
            connection.execute(INSERT, rows_of(loop, position, entries))
        kinds = Counter(type(entry).__name__.lower() for entry in entries)
        _log.debug("entries written", extra={"entries": kinds})

    def length(self, loop: str) -> int:
        """How many entries a log's history has.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if the database cannot tell.
        """
        with self._reading() as connection:
            return self._length(connection, loop)

    @staticmethod
    def _length(connection: Connection, loop: str) -> int:
        found: int | None = connection.execute(_LENGTH, {"b_loop": loop}).scalar_one_or_none()
        if found is None:
            raise GoneError
        return found

    def texts(self, loop: str, start: int, stop: int) -> Iterator[str]:
        """Entries from one position up to another as JSON, read in chunks."""
        while start < stop:
            upto = min(start + CHUNK, stop)
            here = ENTRIES.c.position >= start, ENTRIES.c.position < upto
            bodies = select(ENTRIES.c.body).filter_by(loop=loop).where(*here)
            rows = self._rows(bodies.order_by(ENTRIES.c.position))
            if not rows:
                raise GoneError
            yield from (row.body for row in rows)
            start = upto

    def read(self, loop: str, start: int, stop: int) -> Iterator[Entry | Undone]:
        """Entries from one position up to another, read in chunks.

        Raises:
            StoreError: if they cannot be read.
        """
        return map(from_text, self.texts(loop, start, stop))

    def of_event(self, loop: str, event_id: str, stop: int) -> list[tuple[int, Entry]]:
        """Positions and entries of one event before a position."""
        entries = select(ENTRIES.c.position, ENTRIES.c.body).where(ENTRIES.c.position < stop)
        of_event = entries.filter_by(loop=loop, event=json.dumps(event_id))
        rows = self._rows(of_event.order_by(ENTRIES.c.position))
        found = ((row.position, from_text(row.body)) for row in rows)
        return [(at, entry) for at, entry in found if not isinstance(entry, Undone)]


INSERT = insert(ENTRIES)
_MOVE_ON = (
    update(LOOPS)
    .where(LOOPS.c.id == bindparam("b_loop"), LOOPS.c.length == bindparam("b_from"))
    .values(
        length=LOOPS.c.length + bindparam("b_by"),
        events=LOOPS.c.events + bindparam("b_events"),
        used=bindparam("b_now"),
    )
)
_LENGTH = select(LOOPS.c.length).where(LOOPS.c.id == bindparam("b_loop"))


def rows_of(loop: str, position: int, entries: Sequence[Entry | Undone]) -> list[dict[str, object]]:
    """Rows of the table of entries, the first with a position.

    An event's id is in plain ASCII, which every database can hold.
    """
    named = ((entry, getattr(entry, "event_id", None)) for entry in entries)
    return [
        {"loop": loop, "position": at, "event": name and json.dumps(name), "body": to_text(entry)}
        for at, (entry, name) in enumerate(named, position)
    ]
