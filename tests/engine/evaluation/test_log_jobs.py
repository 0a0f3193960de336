"""Jobs on the log of a stored loop."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import refuse
from engine.evaluation.log_jobs import LONGEST, LogJob, jobs_of, rewarded_events
from engine.pausable_steps import Steps, finish
from engine.store import Store, StoredLoop
from engine.store.application_jobs import Body
from tests.clock import ManualClock
from tests.engine.requests import DRINKS


@pytest.fixture
def clock() -> ManualClock:
    """The clock of the loop."""
    return ManualClock()


@pytest.fixture
def job(tmp_path: Path, clock: ManualClock) -> Iterator[LogJob]:
    """A job of a loop with an event."""
    store = Store.open(f"sqlite:///{tmp_path}/jobs.db")
    stored = StoredLoop.create(store, owner="me", clock=clock)
    stored.rank(DRINKS, event_id="e")
    yield LogJob(store, stored, "evaluation", "a")
    store.close()


def computing() -> Steps[Body]:
    yield None
    return {"answer": 42}


def failing() -> Steps[Body]:
    yield None
    refuse("BadRequest", "log", 0, "one")


def test_the_result_of_a_job_is_stored(job: LogJob, clock: ManualClock) -> None:
    body = job.create("mine", clock.now, clock.now, more=1)
    assert body is not None
    assert (body["status"], body["more"]) == ("Running", 1)
    assert job.create("second", clock.now, clock.now) is None
    finish(job.running(body, computing))
    assert job.read() == {**body, "status": "Succeeded", "answer": 42}
    finish(job.running(body, failing))
    assert [each["status"] for each in jobs_of(job.store, job.stored, "evaluation")] == ["Failed"]
    assert job.delete()
    assert not job.delete()
    assert job.read() is None


def test_a_job_that_runs_for_too_long_was_cut_off(job: LogJob, clock: ManualClock) -> None:
    job.create("mine", clock.now, clock.now)
    clock.now += LONGEST
    assert (job.read() or {})["status"] == "Running"
    clock.now += timedelta(seconds=1)
    assert (job.read() or {})["status"] == "Timeout"


def test_events_of_a_window_are_rewarded(job: LogJob, clock: ManualClock) -> None:
    stored, end = job.stored, clock.now + timedelta(minutes=1)
    assert rewarded_events(stored, clock.now, end) == []
    stored.reward("e", 1)
    assert len(rewarded_events(stored, clock.now, end)) == 1
    assert rewarded_events(stored, end, end) == []
