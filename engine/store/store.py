"""The event store: loops with their logs, appended to and never edited.

A log's next place is given to whoever finds its length as they know it (optimistic
concurrency): the length is compared and moved on in the same statement.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from engine.errors import refuse
from engine.log import Entry, Mark, OvertakenError, Ranked, Undone
from engine.loop import utc_now
from engine.store.codec import from_text, to_text
from engine.store.database import PATIENCE, StoreError, connect, translated
from engine.store.limits import Limits
from engine.store.schema import ENTRIES, LOOPS, SNAPSHOTS

CHUNK = 1_000
"""Entries read or written in one statement."""
MAX_NAME = 80
_DAY = 86_400.0


class GoneError(StoreError):
    """A loop that was deleted, has expired, or never was."""

    def __init__(self) -> None:
        super().__init__("This loop is not here any more: it was deleted, or expired.", "NotFound")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a loop without reading its log.

    Attributes:
        id: 22 characters that nobody can guess.
        owner: who may rename and delete it.
        name: given by a person.
        world: key of the world whose visitors it serves; None outside any.
        seed: of its randomness.
        length: entries of its history.
        events: events that count.
        created, used: seconds since 1970.
    """

    id: str
    owner: str
    name: str
    world: str | None
    seed: int
    length: int = 0
    events: int = 0
    created: float = 0.0
    used: float = 0.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Learned statistics that are kept beside a log.

    Attributes:
        mark: the place in the log.
        fingerprint: of the code that froze them.
    """

    mark: Mark
    fingerprint: str


class Store:
    """Loops and their logs in a database.

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

    # -- logs -------------------------------------------------------------------------

    def create(
        self, about: About, entries: Sequence[Entry | Undone] = (), ready: bool = True
    ) -> None:
        """Begin a loop with its first entries, all or nothing.

        Args:
            ready: False for a loop that others shall not see before `finish`.

        Raises:
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        now, most = self._now(), self.limits.max_loops
        with self._writing() as connection:
            count = select(func.count()).where(LOOPS.c.owner == about.owner)
            if connection.execute(count).scalar_one() >= most:
                raise StoreError(
                    f"This browser keeps {most} loops, the most it may: "
                    "delete one on the Data page first.",
                    "OperationNotAllowed",
                )
            connection.execute(
                insert(LOOPS).values(
                    id=about.id,
                    owner=about.owner,
                    name=about.name,
                    world=about.world,
                    seed=str(about.seed),
                    length=len(entries),
                    events=sum(isinstance(entry, Ranked) for entry in entries),
                    created=now,
                    used=now,
                    ready=ready,
                )
            )
            if entries:
                connection.execute(_INSERT, _rows(about.id, 0, entries))

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
        with self._writing() as connection:
            moved = connection.execute(
                _MOVE_ON,
                {"b_loop": loop, "b_from": position, "b_by": len(entries), "b_events": events,
                 "b_now": self._now()},
            )  # fmt: skip
            if moved.rowcount == 0:
                if self._length(connection, loop) < position:
                    raise StoreError(
                        "The database has lost a part of this loop's log. Open the loop again."
                    )
                raise OvertakenError
            connection.execute(_INSERT, _rows(loop, position, entries))

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
            with self._reading() as connection:
                rows = connection.execute(
                    _BODIES, {"b_loop": loop, "b_from": start, "b_to": upto}
                ).all()
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
        with self._reading() as connection:
            rows = connection.execute(
                _OF_EVENT, {"b_loop": loop, "b_event": json.dumps(event_id), "b_to": stop}
            ).all()
        found = ((row.position, from_text(row.body)) for row in rows)
        return [(at, entry) for at, entry in found if not isinstance(entry, Undone)]

    # -- loops ------------------------------------------------------------------------

    def about(self, loop: str) -> About:
        """What is known of a loop.

        Raises:
            GoneError: if there is no such loop, or its time is over.
        """
        with self._reading() as connection:
            row = connection.execute(
                select(LOOPS).where(LOOPS.c.id == loop, LOOPS.c.ready, self._is_alive())
            ).one_or_none()
        if row is None:
            raise GoneError
        return _about(row)

    def loops(self, owner: str) -> list[About]:
        """Loops of an owner, the last used first."""
        with self._reading() as connection:
            rows = connection.execute(
                select(LOOPS)
                .where(LOOPS.c.owner == owner, LOOPS.c.ready, self._is_alive())
                .order_by(LOOPS.c.used.desc(), LOOPS.c.id)
            ).all()
        return list(map(_about, rows))

    def rename(self, loop: str, owner: str, name: str) -> None:
        """Give a loop another name, 1 to `MAX_NAME` characters.

        Raises:
            PersonalizerError: ``BadRequest`` for such a name; StoreError if it is not theirs.
        """
        name = name.strip().replace("\x00", "")
        if not 1 <= len(name) <= MAX_NAME:
            refuse("BadRequest", "name", name, f"1 to {MAX_NAME} characters long")
        with self._writing() as connection:
            named = connection.execute(
                update(LOOPS).where(LOOPS.c.id == loop, LOOPS.c.owner == owner).values(name=name)
            )
        if named.rowcount == 0:
            raise GoneError

    def touch(self, loop: str) -> None:
        """Count a loop's time from now; one that may only be read keeps the time it has."""
        with suppress(StoreError), self._writing() as connection:
            connection.execute(update(LOOPS).where(LOOPS.c.id == loop).values(used=self._now()))

    def hand_over(self, before: str, now: str) -> None:
        """Let the loops of one owner be another's."""
        with self._writing() as connection:
            connection.execute(update(LOOPS).where(LOOPS.c.owner == before).values(owner=now))

    def duplicate(self, loop: str, new: str, owner: str, name: str) -> About:
        """A loop of its own with the same log, snapshots included.

        Raises:
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        about = self.about(loop)
        copy = About(new, owner, name[:MAX_NAME], about.world, about.seed)
        self.create(copy, ready=False)
        with self._writing() as connection:
            for table in (ENTRIES, SNAPSHOTS):
                kept = [column for column in table.c if column.name != "loop"]
                old = select(bindparam("b_new", new), *kept).where(
                    table.c.loop == loop, table.c.position <= about.length
                )
                if table is ENTRIES:
                    old = old.where(table.c.position < about.length)
                names = ["loop", *(column.name for column in kept)]
                connection.execute(insert(table).from_select(names, old))
            connection.execute(
                update(LOOPS)
                .where(LOOPS.c.id == new)
                .values(length=about.length, events=about.events, ready=True)
            )
        return self.about(new)

    def finish(self, loop: str, events: int) -> None:
        """Let a loop be seen whose entries have all come in.

        Args:
            events: how many of its events count.
        """
        with self._writing() as connection:
            connection.execute(
                update(LOOPS).where(LOOPS.c.id == loop).values(ready=True, events=events)
            )

    def delete(self, loop: str, owner: str) -> None:
        """Erase a loop with its whole log.

        Raises:
            GoneError: if it is not there, or not theirs.
        """
        with self._writing() as connection:
            erased = connection.execute(
                delete(LOOPS).where(LOOPS.c.id == loop, LOOPS.c.owner == owner)
            )
        if erased.rowcount == 0:
            raise GoneError
        self._wipe()

    def sweep(self) -> int:
        """Erase the loops whose time is over, and what is left of broken-off imports.

        Returns:
            how many there were.
        """
        with self._writing() as connection:
            old = connection.execute(
                delete(LOOPS).where(
                    ~self._is_alive() | (~LOOPS.c.ready & (LOOPS.c.used < self._now() - _DAY))
                )
            )
        if old.rowcount:
            self._wipe()
        return int(old.rowcount)

    def _wipe(self) -> None:
        """Empty SQLite's write-ahead log, where deleted rows may still stand."""
        if not self.is_shared:
            with self._reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _is_alive(self) -> ColumnElement[bool]:
        return LOOPS.c.used >= self._now() - self.limits.retention_days * _DAY

    # -- snapshots --------------------------------------------------------------------

    def snapshots(self, loop: str, fingerprint: str) -> list[Snapshot]:
        """A loop's snapshots with a fingerprint, oldest first."""
        with self._reading() as connection:
            marks = connection.execute(
                select(SNAPSHOTS.c.mark)
                .where(SNAPSHOTS.c.loop == loop, SNAPSHOTS.c.fingerprint == fingerprint)
                .order_by(SNAPSHOTS.c.position)
            ).scalars()
            return [Snapshot(_mark(text), fingerprint) for text in marks]

    def data(self, loop: str, snapshot: Snapshot) -> bytes | None:
        """What a snapshot holds; None if it is not there any more."""
        with self._reading() as connection:
            data: bytes | None = connection.execute(
                select(SNAPSHOTS.c.data).where(*_same(loop, snapshot))
            ).scalar_one_or_none()
        return data

    def put_snapshot(self, loop: str, snapshot: Snapshot, data: bytes) -> None:
        """Keep a snapshot, and of the older ones the latest with the same fingerprint."""
        mine, mark = SNAPSHOTS.c.loop == loop, snapshot.mark
        before = select(func.max(SNAPSHOTS.c.position)).where(
            mine,
            SNAPSHOTS.c.fingerprint == snapshot.fingerprint,
            SNAPSHOTS.c.position < mark.position,
        )
        with self._writing() as connection:
            latest = connection.execute(before).scalar_one_or_none()
            others = SNAPSHOTS.c.position != (-1 if latest is None else latest)
            connection.execute(delete(SNAPSHOTS).where(mine, others))
            connection.execute(
                insert(SNAPSHOTS).values(
                    loop=loop,
                    position=mark.position,
                    fingerprint=snapshot.fingerprint,
                    mark=json.dumps([mark.position, mark.runs, mark.undos]),
                    data=data,
                )
            )


def _mark(text: str) -> Mark:
    position, runs, undos = json.loads(text)
    return Mark(position, tuple((start, stop) for start, stop in runs), undos)


def _same(loop: str, snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    return (
        SNAPSHOTS.c.loop == loop,
        SNAPSHOTS.c.position == snapshot.mark.position,
        SNAPSHOTS.c.fingerprint == snapshot.fingerprint,
    )


_INSERT = insert(ENTRIES)
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
_BODIES = (
    select(ENTRIES.c.body)
    .where(
        ENTRIES.c.loop == bindparam("b_loop"),
        ENTRIES.c.position >= bindparam("b_from"),
        ENTRIES.c.position < bindparam("b_to"),
    )
    .order_by(ENTRIES.c.position)
)
_OF_EVENT = (
    select(ENTRIES.c.position, ENTRIES.c.body)
    .where(
        ENTRIES.c.loop == bindparam("b_loop"),
        ENTRIES.c.event == bindparam("b_event"),
        ENTRIES.c.position < bindparam("b_to"),
    )
    .order_by(ENTRIES.c.position)
)


def _rows(loop: str, position: int, entries: Sequence[Entry | Undone]) -> list[dict[str, object]]:
    return [
        {"loop": loop, "position": at, "event": _event(entry), "body": to_text(entry)}
        for at, entry in enumerate(entries, position)
    ]


def _event(entry: Entry | Undone) -> str | None:
    """The event's id in plain ASCII, which every database can hold."""
    event_id = getattr(entry, "event_id", None)
    return None if event_id is None else json.dumps(event_id)


def _about(row: Row[Any]) -> About:
    return About(
        row.id, row.owner, row.name, row.world, int(row.seed), row.length, row.events,
        row.created, row.used,
    )  # fmt: skip
