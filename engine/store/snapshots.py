"""States of projections beside the logs, so that a long one need not be folded again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select

from engine.loop.log import Mark
from engine.store.database import Database
from engine.store.schema import SNAPSHOTS


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A projection's state that is kept beside a log.

    Attributes:
        mark: the place in the log.
        part: name of the projection.
        version: of its state; one of another version is folded anew.
    """

    mark: Mark
    part: str
    version: str


class Snapshots(Database):
    """The latest two of each part of each loop."""

    def snapshots(self, loop: str) -> list[Snapshot]:
        """A loop's snapshots, oldest first."""
        snapshots = select(SNAPSHOTS.c.mark, SNAPSHOTS.c.part, SNAPSHOTS.c.version)
        rows = self._rows(snapshots.where(SNAPSHOTS.c.loop == loop).order_by(SNAPSHOTS.c.position))
        return [Snapshot(_mark(row.mark), row.part, row.version) for row in rows]

    def data(self, loop: str, snapshot: Snapshot) -> bytes | None:
        """What a snapshot holds; None if it is not there any more."""
        is_there = SNAPSHOTS.c.position == snapshot.mark.position
        rows = self._rows(select(SNAPSHOTS.c.data).where(*_same(loop, snapshot), is_there))
        return rows[0].data if rows else None

    def put_snapshots(self, loop: str, states: Mapping[Snapshot, bytes]) -> None:
        """Keep snapshots, and of the older ones of each part the latest of the same version."""
        with self._writing() as connection:
            for snapshot, data in states.items():
                position = snapshot.mark.position
                before = select(func.max(SNAPSHOTS.c.position)).where(
                    *_same(loop, snapshot), SNAPSHOTS.c.position < position
                )
                latest = connection.execute(before).scalar_one_or_none()
                others = SNAPSHOTS.c.position != (-1 if latest is None else latest)
                mine = SNAPSHOTS.c.loop == loop, SNAPSHOTS.c.part == snapshot.part
                connection.execute(delete(SNAPSHOTS).where(*mine, others))
                connection.execute(
                    insert(SNAPSHOTS).values(
                        loop=loop,
                        position=position,
                        part=snapshot.part,
                        version=snapshot.version,
                        mark=json.dumps([position, snapshot.mark.runs, snapshot.mark.undos]),
                        data=data,
                    )
                )


def _mark(text: str) -> Mark:
    position, runs, undos = json.loads(text)
    return Mark(position, tuple((start, stop) for start, stop in runs), undos)


def _same(loop: str, snapshot: Snapshot) -> tuple[ColumnElement[bool], ...]:
    return (
        SNAPSHOTS.c.loop == loop,
        SNAPSHOTS.c.part == snapshot.part,
        SNAPSHOTS.c.version == snapshot.version,
    )
