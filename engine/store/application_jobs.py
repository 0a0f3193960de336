"""Jobs that applications start: offline evaluations and feature importances, with their results."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.errors import PersonalizerError
from engine.store.database import Database
from engine.store.schema import JOBS

JobKind = Literal["evaluation", "importance"]
MAX_JOBS = 100
"""Largest number of jobs of one kind of a loop."""
Body = Mapping[str, Any]
"""A job and its result as JSON."""


class ApplicationJobs(Database):
    """Access to the jobs of loops."""

    def add_job(self, loop: str, kind: JobKind, name: str, body: Body) -> bool:
        """Store a new job; return False for a name in use.

        ``OperationNotAllowed`` for more than `MAX_JOBS`.
        """
        count = select(func.count()).select_from(JOBS).filter_by(loop=loop, kind=kind)
        if self._rows(count)[0][0] >= MAX_JOBS:
            sentence = f"This loop keeps {MAX_JOBS} jobs of a kind, the most it may."
            raise PersonalizerError("OperationNotAllowed", sentence, "id")
        row = {"loop": loop, "kind": kind, "name": json.dumps(name), "made": self._now()}
        with self._writing() as connection:
            try:
                connection.execute(insert(JOBS).values(row | {"body": json.dumps(body)}))
            except IntegrityError as error:
                if "foreign key" in str(error.orig).lower():
                    raise
                return False
        return True

    def put_job(self, loop: str, kind: JobKind, name: str, body: Body) -> None:
        """Replace the body of a job; without effect if it was deleted."""
        job = update(JOBS).filter_by(loop=loop, kind=kind, name=json.dumps(name))
        self._change(job.values(body=json.dumps(body)))

    def job(self, loop: str, kind: JobKind, name: str) -> Body | None:
        """Body of a job; None if there is none of this name."""
        rows = self._rows(
            select(JOBS.c.body).filter_by(loop=loop, kind=kind, name=json.dumps(name))
        )
        body: Body | None = json.loads(rows[0].body) if rows else None
        return body

    def jobs(self, loop: str, kind: JobKind) -> list[Body]:
        """Bodies of the jobs of a loop, the latest first."""
        query = select(JOBS.c.body).filter_by(loop=loop, kind=kind)
        rows = self._rows(query.order_by(JOBS.c.made.desc(), JOBS.c.name))
        return [json.loads(row.body) for row in rows]

    def delete_job(self, loop: str, kind: JobKind, name: str) -> bool:
        """Delete a job; return False if there is none of this name."""
        return bool(
            self._change(delete(JOBS).filter_by(loop=loop, kind=kind, name=json.dumps(name)))
        )
