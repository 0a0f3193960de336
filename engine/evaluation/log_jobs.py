"""Jobs on the log of a stored loop, such as evaluations: stored, done in steps, and read again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.errors import PersonalizerError
from engine.loop.clock import iso
from engine.loop.event import EventState
from engine.pausable_steps import Steps
from engine.store.application_jobs import Body, JobKind
from engine.store.store import Store
from engine.store.stored_loop import StoredLoop

LONGEST = timedelta(hours=1)
"""Time after which a running job was cut off, as by a restart of the server."""


@dataclass(frozen=True, slots=True)
class LogJob:
    """A job of a stored loop, by its kind and id."""

    store: Store
    stored: StoredLoop
    kind: JobKind
    id: str

    def create(self, name: str, start: datetime, end: datetime, **parts: Any) -> Body | None:
        """Store a new job on the events of a time window; return its body, or None if the id is
        taken. ``OperationNotAllowed`` for too many jobs."""
        times = {"startTime": iso(start), "endTime": iso(end)}
        times |= {"creationTime": iso(self.stored.loop.now)}
        body = {"name": name, **parts, "id": self.id, **times, "status": "Running"}
        is_new = self.store.add_job(self.stored.id, self.kind, self.id, body)
        return body if is_new else None

    def running(self, body: Body, compute: Callable[[], Steps[Body]]) -> Steps[None]:
        """Compute the parts that the result adds to the body, and store them, or the failure."""
        try:
            result = yield from compute()
        except PersonalizerError:
            result = {"status": "Failed"}
        done = {**body, "status": "Succeeded", **result}
        self.store.put_job(self.stored.id, self.kind, self.id, done)

    def read(self) -> Body | None:
        """Return the body as of now; None without such a job."""
        body = self.store.job(self.stored.id, self.kind, self.id)
        return None if body is None else _as_of(body, self.stored.loop.now)

    def delete(self) -> bool:
        """Delete the job; return False if there is none."""
        return self.store.delete_job(self.stored.id, self.kind, self.id)


def jobs_of(store: Store, stored: StoredLoop, kind: JobKind) -> list[Body]:
    """Bodies of a loop's jobs as of now, the latest first."""
    now = stored.loop.now
    return [_as_of(body, now) for body in store.jobs(stored.id, kind)]


def rewarded_events(stored: StoredLoop, start: datetime, end: datetime) -> list[EventState]:
    """Rewarded events ranked from ``start`` to before ``end``."""
    with stored.lock:
        events = [*stored.loop.events.values()]
    return [e for e in events if start <= e.ranked.time < end and e.earned is not None]


def _as_of(body: Body, now: datetime) -> Body:
    age = now - datetime.fromisoformat(body["creationTime"])
    is_cut_off = body["status"] == "Running" and age > LONGEST
    return {**body, "status": "Timeout"} if is_cut_off else body
