"""The event store: loops, each with its log and snapshots of what was learned from it."""

import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from engine.errors import ExistsError, GoneError, StoreError, refuse
from engine.loop.entries import Entry, Ranked, Undone
from engine.store.logs import INSERT, Logs, rows_of
from engine.store.schema import ENTRIES, LOOPS, SNAPSHOTS
from engine.store.snapshots import Snapshots

_log = logging.getLogger(__name__)

MAX_NAME = 80
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a loop without reading its log.

    Attributes:
        id: 22 characters that nobody can guess.
        owner: who may rename and delete it.
        name: given by a person.
        world: the world whose visitors it serves, as `engine.store.world_codec` writes it; None
            outside any.
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


class Store(Logs, Snapshots):
    """Loops and their logs in a database."""

    def create(
        self, about: About, entries: Sequence[Entry | Undone] = (), ready: bool = True
    ) -> None:
        """Begin a loop with its first entries, all or nothing.

        Args:
            ready: False for a loop that others shall not see before `finish`.

        Raises:
            ExistsError: if there is such a loop.
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        now, most = self._now(), self.limits.max_loops
        with self._writing() as connection:
            count = select(func.count(LOOPS.c.id)).filter_by(owner=about.owner)
            if connection.execute(count).scalar_one() >= most:
                sentence = f"This browser keeps {most} loops, the most it may: "
                sentence += "delete one on the Data page first."
                raise StoreError(sentence, "OperationNotAllowed")
            events = sum(isinstance(entry, Ranked) for entry in entries)
            row = replace(about, length=len(entries), events=events, created=now, used=now)
            values = asdict(row) | {"seed": str(about.seed), "ready": ready}
            try:
                connection.execute(insert(LOOPS).values(values))
            except IntegrityError as error:
                raise ExistsError(about.id) from error
            if entries:
                connection.execute(INSERT, rows_of(about.id, 0, entries))

    def about(self, loop: str) -> About:
        """What is known of a loop.

        Raises:
            GoneError: if there is no such loop, or its time is over.
        """
        rows = self._rows(self._seen.filter_by(id=loop))
        if not rows:
            raise GoneError
        return _about(rows[0])

    def loops(self, owner: str) -> list[About]:
        """Loops of an owner, the last used first."""
        theirs = self._seen.filter_by(owner=owner).order_by(LOOPS.c.used.desc(), LOOPS.c.id)
        return list(map(_about, self._rows(theirs)))

    def rename(self, loop: str, owner: str, name: str) -> None:
        """Give a loop another name, 1 to `MAX_NAME` characters.

        Raises:
            PersonalizerError: ``BadRequest`` for such a name; StoreError if it is not theirs.
        """
        name = name.strip().replace("\x00", "")
        if not 1 <= len(name) <= MAX_NAME:
            refuse("BadRequest", "name", name, f"1 to {MAX_NAME} characters long")
        if not self._change(update(LOOPS).filter_by(id=loop, owner=owner).values(name=name)):
            raise GoneError

    def touch(self, loop: str) -> None:
        """Count a loop's time from now; one that may only be read keeps the time it has."""
        with suppress(StoreError):
            self._change(update(LOOPS).filter_by(id=loop).values(used=self._now()))

    def hand_over(self, before: str, now: str) -> None:
        """Let the loops of one owner be another's."""
        self._change(update(LOOPS).filter_by(owner=before).values(owner=now))

    def duplicate(self, loop: str, owner: str) -> About:
        """A copy that goes its own way: the same log, snapshots included.

        Raises:
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        about, new = self.about(loop), new_id()
        copy = About(new, owner, f"{about.name[:70]}, copy", about.world, about.seed)
        self.create(copy, ready=False)
        with self._writing() as connection:
            for table in (ENTRIES, SNAPSHOTS):
                others = [column for column in table.c if column.name != "loop"]
                # A snapshot is of what is before its position.
                most = about.length - (table is ENTRIES)
                rows = select(literal(new), *others).filter_by(loop=loop)
                rows = rows.where(table.c.position <= most)
                connection.execute(insert(table).from_select([table.c.loop, *others], rows))
            done = {"length": about.length, "events": about.events, "ready": True}
            connection.execute(update(LOOPS).filter_by(id=new).values(done))
        return self.about(new)

    def finish(self, loop: str, events: int) -> None:
        """Let a loop be seen whose entries have all come in.

        Args:
            events: how many of its events count.
        """
        self._change(update(LOOPS).filter_by(id=loop).values(ready=True, events=events))

    def delete(self, loop: str, owner: str) -> None:
        """Erase a loop with its whole log.

        Raises:
            GoneError: if it is not there, or not theirs.
        """
        if not self._change(delete(LOOPS).filter_by(id=loop, owner=owner)):
            raise GoneError
        self._wipe()

    def sweep(self) -> int:
        """Erase the loops whose time is over, and what is left of broken-off imports.

        Returns:
            how many there were.
        """
        broken_off = ~LOOPS.c.ready & (LOOPS.c.used < self._now() - _DAY)
        erased = self._change(delete(LOOPS).where(~self._is_alive | broken_off))
        if erased:
            self._wipe()
            _log.info("loops erased", extra={"loops": erased})
        return erased

    def _wipe(self) -> None:
        """Empty SQLite's write-ahead log, where deleted rows may still stand."""
        if not self.is_shared:
            with self._reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def _seen(self) -> Select[Any]:
        """The loops that others may see."""
        return select(LOOPS).where(LOOPS.c.ready, self._is_alive)

    @property
    def _is_alive(self) -> ColumnElement[bool]:
        return LOOPS.c.used >= self._now() - self.limits.retention_days * _DAY


def new_id() -> str:
    """22 characters that nobody can guess."""
    return secrets.token_urlsafe(16)


def _about(row: Row[Any]) -> About:
    told = {field.name: getattr(row, field.name) for field in fields(About)}
    return About(**told | {"seed": int(row.seed)})
