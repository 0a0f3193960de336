"""Automatic optimisation: settings near a stored loop's own, evaluated at intervals and applied.

A run is an evaluation job of type Auto on the last interval of the log. The best settings replace
the loop's if their mean reward and its lower bound beat those of the loop.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from engine.errors import PersonalizerError
from engine.evaluation.binned_evaluation import evaluating
from engine.evaluation.log_jobs import LogJob, jobs_of, rewarded_events
from engine.loop.service_only_settings import ServiceSettings
from engine.pausable_steps import Steps
from engine.store.application_jobs import Body
from engine.store.learning_policies import replace_policy
from engine.store.store import Store
from engine.store.stored_loop import StoredLoop

FIRST = timedelta(days=15)
"""Time from the beginning of a log to the first run, unless the settings say when."""
LOOK = timedelta(minutes=1)
"""Time between two looks at the jobs of a loop with a due run."""
KEPT = 24
"""Runs that are kept, as in the service."""
NAME, TYPE = "Automatic optimisation", "Auto"


class AutomaticOptimisation:
    """Starts the runs of loops when they are due; processes that share a store agree on each run.

    Args:
        store: of the loops and their jobs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looks = WeakKeyDictionary[StoredLoop, tuple[ServiceSettings, datetime]]()

    def started(self, loops: Iterable[StoredLoop]) -> list[Steps[None]]:
        """Start the runs that are due; return their steps, to be done in the background."""
        runs = []
        for stored in loops:
            with suppress(PersonalizerError):  # The next caller of the loop is told.
                run = self._started(stored)
                runs += [] if run is None else [run]
        return runs

    def _started(self, stored: StoredLoop) -> Steps[None] | None:
        service, now = stored.loop.state.service, stored.loop.now
        settings, look = self._looks.get(stored, (None, now))
        if not service.is_auto_optimization_enabled or (settings == service and now < look):
            return None
        self._looks[stored] = service, now + LOOK
        stored.catch_up()
        service = stored.loop.state.service
        if not service.is_auto_optimization_enabled:
            return None
        jobs = jobs_of(self._store, stored, "evaluation")
        runs = [job for job in jobs if job["evaluationType"] == TYPE]
        due = due_time(stored, runs)
        if due > now:
            self._looks[stored] = service, due
            return None
        if any(job["status"] == "Running" for job in jobs):
            return None
        for old in runs[KEPT - 1 :]:
            self._store.delete_job(stored.id, "evaluation", old["id"])
        return _run(LogJob(self._store, stored, "evaluation", f"auto-{due:%Y%m%dT%H%M%SZ}"))


def due_time(stored: StoredLoop, runs: Sequence[Body]) -> datetime:
    """Time of a loop's next run, after earlier ones."""
    service = stored.loop.state.service
    start = service.auto_optimization_start
    first = datetime.fromisoformat(start) if start else stored.loop.log[0].time + FIRST
    last = max((datetime.fromisoformat(run["creationTime"]) for run in runs), default=None)
    if last is None:
        return first
    return max(first, last + timedelta(seconds=service.auto_optimization_frequency))


def _run(job: LogJob) -> Steps[None] | None:
    """Steps of a new run; None if another process has started it."""
    stored, now = job.stored, job.stored.loop.now
    frequency = timedelta(seconds=stored.loop.state.service.auto_optimization_frequency)
    body = job.create(NAME, now - frequency, now, evaluationType=TYPE)
    if body is None:
        return None
    events = rewarded_events(stored, now - frequency, now)

    def compute() -> Steps[Body]:
        settings, seed = stored.loop.settings, stored.loop.seed
        result = yield from evaluating(events, settings, seed, {}, is_optimised=True)
        best = result["optimalPolicy"]

        def apply() -> bool:
            service = stored.loop.state.service
            is_wanted = service.is_auto_optimization_enabled and stored.loop.settings == settings
            if best is None or not is_wanted:
                return False
            replace_policy(stored, best, result["settings"][best])
            return True

        is_applied = stored.together(apply)
        return result | {"status": "OptimalPolicyApplied" if is_applied else "OnlinePolicyRetained"}

    return job.running(body, compute)
