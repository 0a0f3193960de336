"""Jobs of applications in the store."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from engine.errors import GoneError
from engine.store import Store, StoredLoop, application_jobs
from tests.engine.refusals import refusal


def test_a_job_is_added_once_changed_listed_and_deleted(store: Store, kept: StoredLoop) -> None:
    assert store.add_job(kept.id, "evaluation", "a", {"status": "Running"})
    assert not store.add_job(kept.id, "evaluation", "a", {"status": "other"})
    assert store.add_job(kept.id, "importance", "a", {})
    store.put_job(kept.id, "evaluation", "a", {"status": "Succeeded"})
    assert store.job(kept.id, "evaluation", "a") == {"status": "Succeeded"}
    assert store.jobs(kept.id, "evaluation") == [{"status": "Succeeded"}]
    assert [store.delete_job(kept.id, "evaluation", "a") for _ in range(2)] == [True, False]
    store.put_job(kept.id, "evaluation", "a", {"status": "late"})
    assert store.job(kept.id, "evaluation", "a") is None
    assert store.jobs(kept.id, "importance") == [{}]


def test_of_processes_that_add_a_job_at_the_same_time_one_does(
    store: Store, kept: StoredLoop, caplog: pytest.LogCaptureFixture
) -> None:
    start = Barrier(8)

    def add(name: str) -> bool:
        start.wait()
        return store.add_job(kept.id, "evaluation", name, {})

    with ThreadPoolExecutor(8) as threads:
        for name in "abcde":
            assert sum(threads.map(add, [name] * 8)) == 1
    assert caplog.records == []


@pytest.mark.parametrize("name", ["\x00", "\ud800", "é/ü", "x" * 256])
def test_any_name_can_be_stored(store: Store, kept: StoredLoop, name: str) -> None:
    assert store.add_job(kept.id, "evaluation", name, {"name": name})
    assert store.job(kept.id, "evaluation", name) == {"name": name}
    assert store.delete_job(kept.id, "evaluation", name)


def test_a_loop_has_a_limited_number_of_jobs(
    store: Store, kept: StoredLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application_jobs, "MAX_JOBS", 1)
    store.add_job(kept.id, "evaluation", "a", {})
    error = refusal(lambda: store.add_job(kept.id, "evaluation", "b", {}))
    assert error.code == "OperationNotAllowed"


def test_the_jobs_of_a_deleted_loop_are_gone(store: Store, kept: StoredLoop) -> None:
    store.add_job(kept.id, "evaluation", "a", {})
    store.delete(kept.id, "me")
    assert store.job(kept.id, "evaluation", "a") is None
    with pytest.raises(GoneError):
        store.add_job(kept.id, "evaluation", "b", {})
