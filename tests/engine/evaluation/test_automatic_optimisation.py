"""Automatic optimisation of stored loops under a manual clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import EpsilonGreedy, LoopSettings
from engine.evaluation import automatic_optimisation
from engine.evaluation.automatic_optimisation import FIRST, KEPT, LOOK, AutomaticOptimisation
from engine.evaluation.log_jobs import LogJob
from engine.loop.service_only_settings import ServiceSettings
from engine.pausable_steps import finish
from engine.store import Store, StoredLoop
from engine.store.application_jobs import Body
from tests.clock import ManualClock
from tests.engine.requests import CONTEXTS, DRINKS

POOR = LoopSettings(policy=EpsilonGreedy(1.0), crosses=0)
"""Settings that any candidate beats."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in an SQLite database."""
    store = Store.open(f"sqlite:///{tmp_path}/events.db")
    yield store
    store.close()


class Optimised:
    """A loop with automatic optimisation, and a process that starts its runs."""

    def __init__(self, store: Store, settings: LoopSettings | None = None, **service: Any) -> None:
        self.store, self.clock = store, ManualClock()
        self.stored = StoredLoop.create(
            store, owner="me", seed=1, settings=settings, clock=self.clock
        )
        self.stored.save()
        wanted = {"is_auto_optimization_enabled": True, **service}
        self.stored.configure_service(ServiceSettings(**wanted))
        self.optimisation = AutomaticOptimisation(store)

    def serve(self, least: float = 0.0) -> None:
        """Rank and reward 160 events over three hours: 1 for the drink that a context likes."""
        for number in range(160):
            answer = self.stored.rank(DRINKS, CONTEXTS[number % 4])
            is_liked = answer.reward_action_id == DRINKS[number % 2]["id"]
            self.stored.reward(answer.event_id, max(least, float(is_liked)))
            self.clock.advance(minutes=1)

    def run(self) -> int:
        """Do the runs that are due; return their number."""
        runs = self.optimisation.started([self.stored])
        for work in runs:
            finish(work)
        return len(runs)

    @property
    def jobs(self) -> list[Body]:
        """The evaluations of the loop, latest first."""
        return self.store.jobs(self.stored.id, "evaluation")


def test_the_first_run_is_due_after_some_days_and_each_further_one_after_the_frequency(
    store: Store,
) -> None:
    loop = Optimised(store)
    start = loop.clock.now
    assert loop.run() == 0
    loop.clock.now = start + FIRST - timedelta(seconds=1)
    assert loop.run() == 0
    loop.clock.now = start + FIRST
    assert [loop.run(), loop.run()] == [1, 0]
    loop.clock.advance(days=28, seconds=-1)
    assert loop.run() == 0
    loop.clock.advance(seconds=1)
    assert [loop.run(), loop.run()] == [1, 0]
    assert [job["id"] for job in loop.jobs] == ["auto-20260213T000000Z", "auto-20260116T000000Z"]
    assert {(job["evaluationType"], job["status"]) for job in loop.jobs} == {
        ("Auto", "OnlinePolicyRetained")
    }
    first = loop.jobs[1]
    window = [datetime.fromisoformat(first[name]) for name in ("startTime", "endTime")]
    assert window == [start + FIRST - timedelta(days=28), start + FIRST]


def test_the_settings_say_when_the_first_run_is_due(store: Store) -> None:
    loop = Optimised(
        store, auto_optimization_start="2026-01-03T00:00:00Z", auto_optimization_frequency=3600
    )
    loop.clock.advance(days=1)
    assert loop.run() == 0
    loop.clock.advance(days=1)
    assert loop.run() == 1
    loop.clock.advance(hours=1)
    assert loop.run() == 1


def test_a_loop_that_is_not_switched_on_has_no_runs(store: Store) -> None:
    loop = Optimised(store, is_auto_optimization_enabled=False)
    loop.clock.advance(days=99)
    assert loop.run() == 0
    loop.stored.configure_service(ServiceSettings(is_auto_optimization_enabled=True))
    assert loop.run() == 1


def test_a_better_policy_is_applied(store: Store) -> None:
    loop = Optimised(store, POOR, auto_optimization_start="2026-01-01T03:00:00Z")
    loop.serve()
    loop.clock.advance(hours=1)
    assert loop.run() == 1
    (job,) = loop.jobs
    assert job["status"] == "OptimalPolicyApplied"
    assert job["optimalPolicy"] in job["settings"]
    assert loop.stored.loop.state.service.policy_name == job["optimalPolicy"]
    assert loop.stored.loop.settings.policy != POOR.policy


@pytest.mark.parametrize("change", ["settings", "switch"])
def test_nothing_is_applied_to_a_loop_that_was_changed_meanwhile(store: Store, change: str) -> None:
    loop = Optimised(store, POOR, auto_optimization_start="2026-01-01T03:00:00Z")
    loop.serve()
    loop.clock.advance(hours=1)
    (work,) = loop.optimisation.started([loop.stored])
    next(work)
    if change == "settings":
        loop.stored.configure(policy=EpsilonGreedy(0.9))
    else:
        loop.stored.configure_service(ServiceSettings())
    settings = loop.stored.loop.settings
    finish(work)
    (job,) = loop.jobs
    assert (job["status"], bool(job["optimalPolicy"])) == ("OnlinePolicyRetained", True)
    assert loop.stored.loop.settings == settings


def test_the_policy_is_retained_if_no_other_is_better(store: Store) -> None:
    loop = Optimised(store, auto_optimization_start="2026-01-01T03:00:00Z")
    loop.serve(least=1.0)
    loop.clock.advance(hours=1)
    settings = loop.stored.loop.settings
    assert loop.run() == 1
    (job,) = loop.jobs
    assert (job["status"], job["optimalPolicy"]) == ("OnlinePolicyRetained", None)
    assert loop.stored.loop.settings == settings


def test_no_run_starts_while_an_evaluation_runs(store: Store) -> None:
    loop = Optimised(store)
    loop.clock.advance(days=15)
    job = LogJob(store, loop.stored, "evaluation", "mine")
    now = loop.clock.now
    body = job.create("mine", now - FIRST, now, evaluationType="Manual")
    assert body is not None
    assert loop.run() == 0
    store.put_job(loop.stored.id, "evaluation", "mine", {**body, "status": "Succeeded"})
    assert loop.run() == 0  # Jobs are not looked at again so soon.
    loop.clock.now += LOOK
    assert loop.run() == 1


def test_processes_of_a_server_do_a_run_once(store: Store) -> None:
    loop = Optimised(store)
    clock = loop.clock
    others = [StoredLoop.open(store, loop.stored.id, clock=clock) for _ in range(2)]
    clock.advance(days=15)
    optimisations = [AutomaticOptimisation(store) for _ in others]
    runs = [o.started([stored]) for o, stored in zip(optimisations, others, strict=True)]
    assert [len(run) for run in runs] == [1, 0]
    assert len(loop.jobs) == 1


def test_a_second_process_that_looked_at_the_same_time_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Optimised(store)
    loop.clock.advance(days=15)
    monkeypatch.setattr(automatic_optimisation, "jobs_of", lambda *of: [])
    assert loop.run() == 1
    assert AutomaticOptimisation(store).started([loop.stored]) == []


def test_the_latest_runs_are_kept(store: Store) -> None:
    loop = Optimised(store, auto_optimization_frequency=86_400)
    loop.clock.advance(days=15)
    for _ in range(KEPT + 2):
        assert loop.run() == 1
        loop.clock.advance(days=1)
    assert len(loop.jobs) == KEPT


def test_a_deleted_loop_disturbs_no_other(store: Store) -> None:
    gone, loop = Optimised(store), Optimised(store)
    store.delete(gone.stored.id, "me")
    for each in (gone, loop):
        each.clock.advance(days=15)
    assert len(loop.optimisation.started([gone.stored, loop.stored])) == 1
