"""Snapshots of projections beside the logs, to avoid folding long logs again.

Damaged snapshots are ignored: the log has everything.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, delete, func, insert, or_, select

from engine.loop.log import EventLog, Mark
from engine.store import digests
from engine.store.database import Database
from engine.store.schema import ENTRIES, SNAPSHOTS

_log = logging.getLogger(__name__)

MOST = 24 << 20
"""Bytes of all snapshots of one part of a loop."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stored state of a projection.

    Attributes:
        mark: place in the log.
        part: name of the projection.
        version: of the state; other versions are folded anew.
        digest: of the log up to the place.
    """

    mark: Mark
    part: str
    version: str
    digest: bytes


class Snapshots(Database):
    """Access to the snapshots of loops."""

    def snapshots(self, loop: str) -> list[Snapshot]:
        """Snapshots of a loop with undamaged places, oldest first."""
        rows = self._rows(_PLACES.where(_OF.loop == loop).order_by(_OF.position))
        return [
            Snapshot(_mark(row.mark), row.part, row.version, row.digest)
            for row in rows
            if _place(row) == row.seal
        ]

    def places(self, loop: str) -> list[int]:
        """Positions of a loop's snapshots."""
        rows = self._rows(select(_OF.position).distinct().where(_OF.loop == loop))
        return sorted(row.position for row in rows)

    def data(self, loop: str, snapshot: Snapshot) -> bytes | None:
        """Data of a snapshot; None if missing or damaged."""
        at = snapshot.mark.position
        rows = self._rows(select(_OF.data).filter_by(**_key(loop, snapshot), position=at))
        return digests.without_digest(rows[0].data) if rows else None

    def put_snapshots(self, loop: str, states: Mapping[Snapshot, bytes]) -> None:
        """Store snapshots, and drop damaged snapshots, older ones of different versions, and those
        beyond the log.

        Beyond `MOST` bytes, snapshots are dropped whose loss leaves the shortest gap.
        """
        sealed = {snapshot: digests.with_digest(data) for snapshot, data in states.items()}
        with self._writing() as connection:
            for snapshot, data in states.items():
                key, at = _key(loop, snapshot), snapshot.mark.position
                mine = delete(SNAPSHOTS).filter_by(loop=loop, part=snapshot.part)
                old = or_(_OF.position >= at, _OF.version != snapshot.version)
                connection.execute(mine.where(old))
                of_part = [_OF[name] == value for name, value in key.items()]
                known = connection.execute(_PLACES.where(*of_part).order_by(_OF.position)).all()
                log = EventLog(snapshot.mark)
                whole = {_mark(row.mark): row.size for row in known if _place(row) == row.seal}
                still = {mark: size for mark, size in whole.items() if log.counted_at(mark)}
                kept = _spread([*still, snapshot.mark], [*still.values(), len(data)])
                places = {mark.position for mark in kept}
                lost = [row.position for row in known if row.position not in places]
                connection.execute(mine.where(_OF.position.in_(lost)))
                mark = json.dumps(astuple(snapshot.mark))
                seal = digests.place(snapshot.digest, at, snapshot.part, snapshot.version, mark)
                row = {**key, "position": at, "mark": mark, "seal": seal}
                row["data"] = sealed[snapshot]
                connection.execute(insert(SNAPSHOTS).values(row))
        _log.debug("snapshots written", extra={"snapshots": len(states)})


def _spread(marks: Sequence[Mark], sizes: Sequence[int]) -> list[Mark]:
    """Well-spread places of a log within `MOST` bytes, with the last one."""
    kept, room = list(marks), MOST - sum(sizes)
    left = dict(zip(marks, sizes, strict=True))
    while room < 0 and len(kept) > 1:
        ends = [0, *(mark.counting for mark in kept)]
        gone = min(range(len(kept) - 1), key=lambda at: ends[at + 2] - ends[at])
        room += left[kept.pop(gone)]
    return kept


_OF = SNAPSHOTS.c
_PLACES: Select[Any] = select(
    _OF.position,
    _OF.part,
    _OF.version,
    _OF.mark,
    _OF.seal,
    ENTRIES.c.digest,
    func.length(_OF.data).label("size"),
).outerjoin(ENTRIES, and_(ENTRIES.c.loop == _OF.loop, ENTRIES.c.position == _OF.position - 1))


def _place(row: Row[Any]) -> bytes:
    digest = row.digest or digests.START
    return digests.place(digest, row.position, row.part, row.version, row.mark)


def _mark(text: str) -> Mark:
    position, runs, undos = json.loads(text)
    return Mark(position, tuple((start, stop) for start, stop in runs), undos)


def _key(loop: str, snapshot: Snapshot) -> dict[str, str]:
    return {"loop": loop, "part": snapshot.part, "version": snapshot.version}
