"""Learned statistics beside the logs, so that a long one need not be learned again."""

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select

from engine.loop.log import Mark
from engine.store.database import Database
from engine.store.schema import SNAPSHOTS


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Learned statistics that are kept beside a log.

    Attributes:
        mark: the place in the log.
        fingerprint: of the code that froze them.
    """

    mark: Mark
    fingerprint: str


class Snapshots(Database):
    """The latest two of each loop."""

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
