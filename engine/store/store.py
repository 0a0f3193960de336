"""The event store: loops with their logs and snapshots."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from engine.errors import ExistsError, GoneError, OvertakenError, StoreError, refuse
from engine.loop.entries import Entry, Ranked, Undone
from engine.pausable_steps import Steps, at_once
from engine.store import digests
from engine.store.application_jobs import ApplicationJobs
from engine.store.days_in_use import DAY, days_ago
from engine.store.entry_rows import EMPTY, ERASED, End, rows_of
from engine.store.log_store import CHUNK, INSERT, LAST, LogStore, is_named
from engine.store.loop_info import Damaged, LoopInfo, Origin, is_sealed, listed, new_id
from engine.store.schema import ENTRIES, JOBS, KEYS, LOOPS, SNAPSHOTS, WORLDS
from engine.store.service_keys import ServiceKeys
from engine.store.snapshots import Snapshots
from engine.store.sqlite_wal import WriteAhead
from engine.store.stored_worlds import Worlds
from engine.store.world_drafts import WorldDrafts

_log = logging.getLogger(__name__)

MAX_NAME = 80
STILL = 300.0
"""Seconds without a new entry after which an import or copy counts as abandoned."""


class Store(LogStore, Snapshots, Worlds, WorldDrafts, ServiceKeys, ApplicationJobs, WriteAhead):
    """Loops, their logs, people's worlds, drafts of worlds, and keys of applications, in a
    database."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._unfinished: dict[str, tuple[int | None, float]] = {}

    def create(
        self, about: LoopInfo, entries: Sequence[Entry | Undone] = (), ready: bool = True
    ) -> End:
        """Begin a loop with its first entries, in one transaction.

        Args:
            ready: False to hide the loop until `finish`.

        Returns:
            the end of its log.

        Raises:
            ExistsError: if the loop exists.
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        self.check_room()
        now = self._now()
        events = sum(isinstance(entry, Ranked) for entry in entries)
        rows, digest = rows_of(about.id, EMPTY, entries)
        end = End(len(rows), events, digest)
        with self._with_known_outcome(about.id, end), self._writing() as connection:
            self._check_number(connection, about.owner)
            self._insert(connection, about, end, now, ready)
            if rows:
                connection.execute(INSERT, rows)
        return end

    def _check_number(self, connection: Connection, owner: str) -> None:
        """Refuse one loop more if the owner or the database has too many."""
        count, limits = select(func.count(LOOPS.c.id)), self.limits
        if connection.execute(count.filter_by(owner=owner)).scalar_one() >= limits.max_loops:
            sentence = f"This browser keeps {limits.max_loops} loops, the most it may: "
            sentence += "delete one on the Data page first."
            raise StoreError(sentence, "OperationNotAllowed")
        if connection.execute(count).scalar_one() >= limits.max_loops_total:
            sentence = f"This server keeps {limits.max_loops_total:,} loops, the most it may."
            raise StoreError(sentence, "OperationNotAllowed")

    @staticmethod
    def _insert(connection: Connection, about: LoopInfo, end: End, now: float, ready: bool) -> None:
        seed = str(about.seed)
        row = {
            "id": about.id, "view": about.view, "owner": about.owner, "name": about.name,
            "world": about.world, "seed": seed, "origin": about.origin,
            "created": now, "used": now, "ready": ready,
            "length": end.length, "events": end.events, "digest": end.seal,
        }  # fmt: skip
        known = about.owner, about.name, about.world, seed, now, about.origin
        row["card"] = digests.card(about.id, *known)
        try:
            connection.execute(insert(LOOPS).values(row))
        except IntegrityError as error:
            raise ExistsError(about.id) from error

    def loop_info(self, name: str) -> LoopInfo:
        """Facts of a loop, by its id or its view.

        Raises:
            GoneError: if the loop does not exist or has expired.
            DamagedError: if its row is damaged.
        """
        rows = self._rows(self._seen.where(is_named(name)))
        if not rows:
            raise GoneError
        return LoopInfo.of(rows[0])

    def loops(self, owner: str) -> list[LoopInfo]:
        """Undamaged loops of an owner, most recently used first."""
        return [loop for loop in self.listed(owner) if isinstance(loop, LoopInfo)]

    def listed(self, owner: str) -> list[LoopInfo | Damaged]:
        """All loops of an owner, most recently used first."""
        theirs = self._seen.filter_by(owner=owner).order_by(LOOPS.c.used.desc(), LOOPS.c.id)
        return list(map(listed, self._rows(theirs)))

    def views(self) -> list[str]:
        """Views of visible loops."""
        return [row.view for row in self._rows(self._seen.order_by(LOOPS.c.id))]

    def rows(self, loop: str) -> tuple[int, int]:
        """Numbers of entries and snapshots of a loop, counted in the tables."""
        of_loop = (
            select(func.count()).where(table.c.loop == loop).scalar_subquery()
            for table in (ENTRIES, SNAPSHOTS)
        )
        counts: Any = self._rows(select(*of_loop))[0]
        entries, snapshots = counts
        return entries, snapshots

    def rename(self, loop: str, owner: str, name: str) -> None:
        """Rename a loop, 1 to `MAX_NAME` characters.

        Raises:
            PersonalizerError: ``BadRequest`` for an invalid name; StoreError for another owner's
                loop.
        """
        name = name.strip().replace("\x00", "")
        if not 1 <= len(name) <= MAX_NAME:
            refuse("BadRequest", "name", name, f"1 to {MAX_NAME} characters long")
        with self._writing() as connection:
            if not _seal(connection, select(LOOPS).filter_by(id=loop, owner=owner), name=name):
                raise GoneError

    def touch(self, loop: str) -> None:
        """Restart a loop's time to expiry; without effect on read-only databases."""
        with suppress(StoreError):
            self._change(update(LOOPS).filter_by(id=loop).values(used=self._now()))

    def hand_over(self, before: str, now: str) -> None:
        """Transfer loops, worlds and drafts to another owner within the caps, most recently used
        first."""
        if not self._has_any(before):
            return
        with self._writing() as connection:
            count = select(func.count(LOOPS.c.id)).filter_by(owner=now)
            room = max(self.limits.max_loops - connection.execute(count).scalar_one(), 0)
            theirs = select(LOOPS).filter_by(owner=before).order_by(LOOPS.c.used.desc())
            _seal(connection, theirs.limit(room), owner=now)
            self._hand_over_worlds(connection, before, now)

    def _has_any(self, owner: str) -> bool:
        """True if an owner has loops or worlds."""
        of_owner = (select(table.c.owner).filter_by(owner=owner) for table in (LOOPS, WORLDS))
        return any(self._rows(mine.limit(1)) for mine in of_owner)

    def duplicate_steps(self, loop: str, owner: str, end: End | None = None) -> Steps[LoopInfo]:
        """Copy a loop up to an ``end`` of its log, with snapshots, as an independent loop.

        A part of the log is copied in each step, so that other writers need not wait; the copy is
        visible after the last one.

        Raises:
            StoreError: if it cannot be written, or the owner has too many loops.
        """
        about, new = self.loop_info(loop), new_id()
        end, kind = (about.end, "copy") if end is None else (end, "branch")
        name = f"{about.name[:70]}, {kind}"
        copy = LoopInfo(new, owner, name, about.world, about.seed, about.origin)
        self.create(copy, ready=False)
        try:
            for start in range(0, end.length, CHUNK):
                yield None
                upto = min(start + CHUNK, end.length)
                # Of what is before their position; those that the loop drops meanwhile are not.
                # One after the other: together they may be large, and who writes would wait.
                for at in self.places(about.id):
                    if start < at <= upto:
                        self._copy(SNAPSHOTS, about.id, new, at, at + 1)
                if self._copy(ENTRIES, about.id, new, start, upto) < upto - start:
                    raise GoneError
            with self._writing() as connection:
                _finish(connection, new, end)
        except BaseException:
            with suppress(StoreError):
                self.delete(new, owner)
            raise
        return self.loop_info(new)

    duplicate = at_once(duplicate_steps)

    def _copy(self, table: Table, loop: str, new: str, start: int, stop: int) -> int:
        """Copy rows from one position up to another to a new loop; return their number."""
        others = [column for column in table.c if column.name != "loop"]
        here = table.c.position >= start, table.c.position < stop
        rows = select(literal(new), *others).filter_by(loop=loop).where(*here)
        copied = insert(table).from_select([table.c.loop, *others], rows)
        # PostgreSQL's driver returns the count of an INSERT only on request.
        return self._change(copied.execution_options(preserve_rowcount=True), is_long=True)

    def finish(self, loop: str, end: End, origin: Origin) -> None:
        """Make a loop visible after its last entry, up to an end, with its origin."""
        with self._writing() as connection:
            _seal(connection, select(LOOPS).filter_by(id=loop), origin=origin)
            _finish(connection, loop, end)

    def delete_steps(self, loop: str, owner: str) -> Steps[None]:
        """Erase a loop with its whole log; it is invisible from the first step on.

        Raises:
            GoneError: if it does not exist, or belongs to another owner.
        """
        if not self._close((LOOPS.c.id == loop) & (LOOPS.c.owner == owner)):
            raise GoneError
        yield from self._erasing(loop)
        self._wipe()

    delete = at_once(delete_steps)

    def _close(self, which: ColumnElement[bool]) -> int:
        """Hide loops and refuse appends; return the number of loops."""
        closed = self._change(update(LOOPS).where(which).values(ready=False, digest=ERASED))
        self._known_keys.forget()
        return closed

    def _erasing(self, loop: str) -> Steps[None]:
        """Erase a closed loop, a part of its log in each step."""
        first = select(ENTRIES.c.position).filter_by(loop=loop).order_by(ENTRIES.c.position)
        here = ENTRIES.c.position.in_(first.limit(CHUNK))
        while self._change(delete(ENTRIES).where(ENTRIES.c.loop == loop, here), is_long=True):
            yield None
        for at in self.places(loop):
            self._change(delete(SNAPSHOTS).filter_by(loop=loop, position=at))
        for table in (KEYS, JOBS):
            self._change(delete(table).filter_by(loop=loop))
        self._change(delete(LOOPS).filter_by(id=loop), is_long=True)

    def replace_log(self, loop: str, end: End, entries: Sequence[Entry]) -> None:
        """Replace the whole log of a loop, and drop its snapshots; open loops are lost.

        Args:
            end: of the present log, as known to the caller.
            entries: of the new log.

        Raises:
            OvertakenError: if another process has appended since.
        """
        rows, digest = rows_of(loop, EMPTY, entries)
        new = End(len(rows), sum(isinstance(entry, Ranked) for entry in entries), digest)
        same = LOOPS.c.length == end.length, LOOPS.c.digest == end.seal
        values = {"length": new.length, "events": new.events, "digest": new.seal}
        with self._writing(is_long=True) as connection:
            move = update(LOOPS).filter_by(id=loop).where(*same).values(values)
            if not connection.execute(move).rowcount:
                raise OvertakenError
            for table in (ENTRIES, SNAPSHOTS):
                connection.execute(delete(table).filter_by(loop=loop))
            connection.execute(INSERT, rows)
        self._wipe()

    def sweep(self) -> int:
        """Erase loops, worlds and drafts expired for a day or longer, and unfinished loops.

        Time is counted in days of use of the database: a jump of the clock is one day, and the time
        of a backup in storage is none.

        Returns:
            the number of loops erased.
        """
        with self._writing() as connection:
            connection.execute(_IN_USE, {"day": int(self._now() // DAY)})
        is_over = LOOPS.c.used < days_ago(self.limits.retention_days + 1)
        broken_off = ~LOOPS.c.ready & (LOOPS.c.used < days_ago(1))
        self._close(is_over | broken_off)
        closed = [row.id for row in self._rows(select(LOOPS.c.id).filter_by(digest=ERASED))]
        for loop in closed:
            for _ in self._erasing(loop):
                pass
        erased, worlds, drafts = len(closed), self.sweep_worlds(), self.sweep_drafts()
        if erased or worlds or drafts:
            self._wipe()
            _log.info("loops erased", extra={"loops": erased, "worlds": worlds})
        return erased

    def sweep_broken_off(self, now: float) -> int:
        """Erase the remains of imports and copies whose process has ended: unfinished loops whose
        log has not grown for `STILL` seconds, as observed by this store.

        Imports of other processes are left alone, as their logs grow.

        Args:
            now: seconds of a monotonic clock.

        Returns:
            number of loops erased.
        """
        end = select(func.max(ENTRIES.c.position)).where(ENTRIES.c.loop == LOOPS.c.id)
        unfinished = select(LOOPS.c.id, end.scalar_subquery().label("end")).where(~LOOPS.c.ready)
        before, self._unfinished = self._unfinished, {}
        for row in self._rows(unfinished):
            known = before.get(row.id)
            is_still = known is not None and known[0] == row.end
            self._unfinished[row.id] = known if known and is_still else (row.end, now)
        over = [loop for loop, (_, since) in self._unfinished.items() if now - since >= STILL]
        for loop in over:
            if self._close((LOOPS.c.id == loop) & ~LOOPS.c.ready):
                for _ in self._erasing(loop):
                    pass
            del self._unfinished[loop]
        if over:
            self._wipe()
            _log.info("broken off imports erased", extra={"loops": len(over)})
        return len(over)

    @property
    def _seen(self) -> Select[Any]:
        """Query for visible loops, each with the digest of its last entry."""
        return select(LOOPS, LAST).where(LOOPS.c.ready, self._is_alive)

    @property
    def _is_alive(self) -> ColumnElement[bool]:
        return LOOPS.c.used >= days_ago(self.limits.retention_days)


_IN_USE = text("INSERT INTO days (day) VALUES (:day) ON CONFLICT DO NOTHING")


def _seal(connection: Connection, loops: Select[Any], **changes: str) -> int:
    """Change facts of loops and update their seals; return the number of loops. Damaged rows keep
    their seal."""
    rows = connection.execute(loops.with_for_update()).all()
    for row in rows:
        facts = {name: getattr(row, name) for name in ("owner", "name", "origin")} | changes
        of = facts["owner"], facts["name"], row.world, row.seed, row.created, facts["origin"]
        card = digests.card(row.id, *of) if is_sealed(row) else row.card
        connection.execute(update(LOOPS).filter_by(id=row.id).values(changes | {"card": card}))
    return len(rows)


def _finish(connection: Connection, loop: str, end: End) -> None:
    done = {"length": end.length, "events": end.events, "digest": end.seal, "ready": True}
    connection.execute(update(LOOPS).filter_by(id=loop).values(done))
