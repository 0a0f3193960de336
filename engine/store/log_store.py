"""Append-only logs of loops in the database.

Appending is optimistic: one statement compares the log's end with the caller's and moves it on.
Entries are checked on reading: none may be missing, and each must match its digest, which covers
all entries before it.
"""

import json
import logging
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    insert,
    or_,
    select,
    update,
)  # fmt: skip

from engine.errors import (
    DamagedError,
    GoneError,
    OvertakenError,
    StoreError,
    UnknownOutcomeError,
    refuse,
)  # fmt: skip
from engine.loop.entries import Entry, Undone
from engine.store import digests
from engine.store.database import Database, run
from engine.store.database_errors import UNREACHABLE
from engine.store.entry_rows import ERASED, End, entry_of, rows_of
from engine.store.schema import ENTRIES, LOOPS

_log = logging.getLogger(__name__)

CHUNK = 1_000
"""Entries read or written in one statement."""


class LogStore(Database):
    """Access to the entries of loops."""

    def append(self, loop: str, end: End, entries: Sequence[Entry | Undone], events: int) -> End:
        """Append entries, all or none; on return they are on disk.

        Args:
            end: of the log, as known to the caller.
            events: change of the number of events that count.

        Returns:
            the new end of the log.

        Raises:
            OvertakenError: if another process has appended since.
            StoreError: if the entries cannot be written.
        """
        self.check_room()
        rows, digest = rows_of(loop, end, entries)
        new = End(end.length + len(entries), end.events + events, digest)
        parameters = {"b_loop": loop, "b_from": end.length, "b_end": end.seal, "b_now": self._now()}
        parameters |= {"b_length": new.length, "b_events": new.events, "b_digest": new.seal}
        parameters |= {"b_last": end.digest}
        with self._with_known_outcome(loop, new), self._writing() as connection:
            if run(connection, _MOVE_ON, [parameters]).rowcount == 0:
                if self._end(connection, loop).length > end.length:
                    raise OvertakenError
                raise DamagedError(_LOST)
            run(connection, INSERT, rows)
        kinds = Counter(type(entry).__name__.lower() for entry in entries)
        _log.debug("entries written", extra={"entries": kinds})
        return new

    @contextmanager
    def _with_known_outcome(self, loop: str, end: End) -> Iterator[None]:
        """Write entries up to an end; if the outcome is unknown, read the log to find out.

        Raises:
            UnknownOutcomeError: if the log cannot be read.
        """
        try:
            yield
        except UnknownOutcomeError as unknown:
            try:
                is_written = self._reaches(loop, end)
            except StoreError:
                raise unknown from None
            if not is_written:
                raise StoreError(UNREACHABLE) from unknown

    def _reaches(self, loop: str, end: End) -> bool:
        """True if a log has reached an end; waits for a write under way."""
        with self._reading() as connection:
            connection.execute(select(LOOPS.c.id).filter_by(id=loop).with_for_update())
            last = _OF_LOOP.filter_by(loop=loop, position=end.length - 1)
            return [row.digest for row in connection.execute(last)] == [end.digest]

    def length(self, name: str) -> int:
        """Number of entries in the log of a loop, by its id or its view.

        Raises:
            GoneError: if there is no such loop.
            StoreError: if the database cannot be read.
        """
        lengths = self.lengths({name})
        if name not in lengths:
            raise GoneError
        return lengths[name]

    def lengths(self, names: Collection[str]) -> dict[str, int]:
        """Numbers of entries of several loops; unknown loops are left out."""
        rows = self._rows(_LENGTHS.params(b_names=tuple(names)))
        return {name: row.length for row in rows for name in row[:2] if name in names}

    def end_at(self, loop: str, length: int, events: int) -> End:
        """End of a log at an earlier length, with ``events`` events that counted.

        Raises:
            StoreError: if the log cannot be read.
        """
        rows = self._rows(_OF_LOOP.filter_by(loop=loop, position=length - 1))
        if not rows:
            raise DamagedError(_LOST)
        return End(length, events, rows[0].digest)

    def entries_since(self, loop: str, end: End) -> tuple[End, list[Entry | Undone]]:
        """Current end of a log, and the entries since an end known to the caller.

        Raises:
            StoreError: if the entries cannot be read.
        """
        with self._reading() as connection:
            stored = self._end(connection, loop)
        if stored.length < end.length:
            raise DamagedError(_LOST)
        new_entries = list(self._checked(loop, end.length, stored.length, end.digest))
        new = End(stored.length, stored.events, new_entries[-1][1] if new_entries else end.digest)
        # The last entry's row is looked up with the end: it may be gone after it was read.
        if (new.seal, new.digest) != (stored.digest, stored.last or digests.START):
            raise DamagedError(_LOST)
        return new, [entry_of(body) for body, _ in new_entries]

    @staticmethod
    def _end(connection: Connection, loop: str) -> Row[Any]:
        """Read a log's end from the loop's row, joined with ``last``, the last entry's digest."""
        end: Row[Any] | None = connection.execute(_END, {"b_loop": loop}).one_or_none()
        if end is None:
            raise GoneError
        return end

    def texts(self, loop: str, start: int, stop: int) -> Iterator[str]:
        """Read entries from one position up to another as JSON, in chunks.

        Raises:
            StoreError: if entries cannot be read, or do not match their digests.
        """
        digest: bytes = digests.START
        if start:
            before = self._rows(_OF_LOOP.filter_by(loop=loop, position=start - 1))
            digest = before[0].digest if before else digest
        return map(itemgetter(0), self._checked(loop, start, stop, digest))

    def _checked(
        self, loop: str, start: int, stop: int, digest: bytes
    ) -> Iterator[tuple[str, bytes]]:
        """Check entries as JSON against their digests, from the ``digest`` before the first."""
        while start < stop:
            upto = min(start + CHUNK, stop)
            here = ENTRIES.c.position >= start, ENTRIES.c.position < upto
            rows: Sequence[Any] = self._rows(_OF_LOOP.filter_by(loop=loop).where(*here))
            if len(rows) < upto - start:
                self.length(loop)  # It may have been deleted meanwhile.
                raise DamagedError(_LOST)
            for body, written in rows:
                digest = digests.chained(digest, body)
                if digest != written:
                    raise DamagedError(_LOST)
                yield body, digest
            start = upto

    def read(self, loop: str, start: int, stop: int) -> Iterator[Entry | Undone]:
        """Read entries from one position up to another, in chunks.

        Raises:
            StoreError: if entries cannot be read.
        """
        return map(entry_of, self.texts(loop, start, stop))

    def of_event(self, loop: str, event_id: str, stop: int) -> list[tuple[int, Entry]]:
        """Entries of one event before a position, with positions."""
        here = ENTRIES.c.loop == loop, ENTRIES.c.event == json.dumps(event_id)
        rows = self._rows(_WITH_BEFORE.where(*here, ENTRIES.c.position < stop))
        for row in rows:
            before = (row.before or b"") if row.position else digests.START
            if digests.chained(before, row.body) != row.digest:
                raise DamagedError(_LOST)
        entries = ((row.position, entry_of(row.body)) for row in rows)
        return [(at, entry) for at, entry in entries if not isinstance(entry, Undone)]


_LOST = "a part of this loop's log is missing, or is another"
_OF_LOOP: Select[Any] = select(ENTRIES.c.body, ENTRIES.c.digest).order_by(ENTRIES.c.position)
_BEFORE = ENTRIES.alias()
_WITH_BEFORE: Select[Any] = (
    select(ENTRIES.c.position, ENTRIES.c.body, ENTRIES.c.digest, _BEFORE.c.digest.label("before"))
    .outerjoin(
        _BEFORE,
        and_(_BEFORE.c.loop == ENTRIES.c.loop, _BEFORE.c.position == ENTRIES.c.position - 1),
    )
    .order_by(ENTRIES.c.position)
)
_NAMES: BindParameter[Any] = bindparam("b_names", expanding=True)
_LENGTHS: Select[Any] = select(LOOPS.c.id, LOOPS.c.view, LOOPS.c.length).where(
    or_(LOOPS.c.id.in_(_NAMES), LOOPS.c.view.in_(_NAMES))
)
INSERT = insert(ENTRIES)
_LAST = (
    select(ENTRIES.c.digest)
    .where(ENTRIES.c.loop == LOOPS.c.id, ENTRIES.c.position == LOOPS.c.length - 1)
    .scalar_subquery()
)
LAST = _LAST.label("last")
"""The digest of the last entry of a loop's log."""
_MOVE_ON = (
    update(LOOPS)
    .where(
        LOOPS.c.id == bindparam("b_loop"),
        LOOPS.c.length == bindparam("b_from"),
        LOOPS.c.digest == bindparam("b_end"),
        or_(LOOPS.c.length == 0, bindparam("b_last") == _LAST),
    )
    .values(
        length=bindparam("b_length"),
        events=bindparam("b_events"),
        digest=bindparam("b_digest"),
        used=bindparam("b_now"),
    )
)
_END: Select[Any] = select(LOOPS.c.length, LOOPS.c.events, LOOPS.c.digest, LAST).where(
    LOOPS.c.id == bindparam("b_loop"), LOOPS.c.digest != ERASED
)


def is_named(name: str) -> ColumnElement[bool]:
    """SQL condition for a loop's id or view; refuses values other than text."""
    if not isinstance(name, str):
        refuse("BadRequest", "loop", name, "the id of a loop, or its view")
    return or_(LOOPS.c.id == name, LOOPS.c.view == name)
