"""States of projections beside the logs, so that a long one need not be folded again."""

import json
import logging
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from sqlalchemy import delete, func, insert, select

from engine.loop.log import Mark
from engine.store.database import Database
from engine.store.schema import SNAPSHOTS

_log = logging.getLogger(__name__)


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
        snapshots = select(_OF.mark, _OF.part, _OF.version).filter_by(loop=loop)
        rows = self._rows(snapshots.order_by(_OF.position))
        return [Snapshot(_mark(row.mark), row.part, row.version) for row in rows]

    def data(self, loop: str, snapshot: Snapshot) -> bytes | None:
        """What a snapshot holds; None if it is not there any more."""
        at = snapshot.mark.position
        rows = self._rows(select(_OF.data).filter_by(**_key(loop, snapshot), position=at))
        return rows[0].data if rows else None

    def put_snapshots(self, loop: str, states: Mapping[Snapshot, bytes]) -> None:
        """Keep snapshots, and of the older ones of each part the latest of the same version."""
        with self._writing() as connection:
            for snapshot, data in states.items():
                key, at = _key(loop, snapshot), snapshot.mark.position
                latest = select(func.coalesce(func.max(_OF.position), -1)).filter_by(**key)
                kept = connection.execute(latest.where(_OF.position < at)).scalar_one()
                mine = delete(SNAPSHOTS).filter_by(loop=loop, part=snapshot.part)
                connection.execute(mine.where(_OF.position != kept))
                row = {**key, "position": at, "mark": json.dumps(astuple(snapshot.mark))}
                connection.execute(insert(SNAPSHOTS).values(row | {"data": data}))
        _log.debug("snapshots written", extra={"snapshots": len(states)})


_OF = SNAPSHOTS.c


def _mark(text: str) -> Mark:
    position, runs, undos = json.loads(text)
    return Mark(position, tuple((start, stop) for start, stop in runs), undos)


def _key(loop: str, snapshot: Snapshot) -> dict[str, str]:
    return {"loop": loop, "part": snapshot.part, "version": snapshot.version}
