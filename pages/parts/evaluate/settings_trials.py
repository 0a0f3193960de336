"""Trials of other settings on the evaluated log."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from weakref import ref

from engine import PersonalizerError
from engine.evaluation.logged_decisions import usable
from engine.evaluation.settings_tuning import Optimisation, candidates_for, optimising
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.settings import LoopSettings
from engine.pausable_steps import Steps
from pages.parts.evaluate.background import Background
from pages.parts.work.job_queue import Submit, shared, submit

_KEPT = 20
"""Largest number of trials kept."""


@dataclass(frozen=True, slots=True)
class SettingsTrial:
    """Results of a trial of settings.

    Attributes:
        of: loop whose log was used.
        events: number of answered events in the log then.
        settings: settings of the loop then.
        optimisation: the candidates with their figures.
        is_applied: True if the best settings were applied to the loop.
    """

    of: LearningLoop
    events: int
    settings: LoopSettings
    optimisation: Optimisation
    is_applied: bool = False

    @property
    def may_apply(self) -> bool:
        """True if the best settings are good enough and the loop's settings have not changed since
        (applying them would undo that change)."""
        return self.optimisation.may_apply and self.of.settings == self.settings

    @property
    def is_in_force(self) -> bool:
        """True if the best settings were applied and are still in force: Undo on Play and a later
        trial replace them."""
        return self.is_applied and self.of.settings == self.optimisation.best.candidate.settings


def _with_progress(work: Steps[Optimisation], steps: int) -> Steps[Optimisation]:
    """Run the work, yielding the share done, from 0 to 1, after each step."""
    done = 0
    while True:
        try:
            next(work)
        except StopIteration as last:
            result: Optimisation = last.value
            return result
        done += 1
        yield min(done / steps, 1.0)


class Tuning(Background):
    """Trial of settings in the background, and the results of all trials so far.

    Attributes:
        trials: results, the latest last.
        auto: loop with automatic trials, or None.
        refused: error of the last trial, or None.

    Args:
        submit: queues a job.
    """

    def __init__(self, submit: Submit = submit) -> None:
        super().__init__(submit)
        self.trials: list[SettingsTrial] = []
        self.auto: LearningLoop | None = None
        self.refused: PersonalizerError | None = None

    @locked
    def start(self, loop: LearningLoop, lock: AbstractContextManager[object] | None = None) -> None:
        """Start a trial as a background job.

        Args:
            lock: held while the loop's log is read.
        """
        self.stop()
        self.refused = None
        self._job = self._submit(self._trying(loop, lock or nullcontext()))

    def _trying(self, loop: LearningLoop, lock: AbstractContextManager[object]) -> Steps[None]:
        yield None
        try:
            with lock:
                events, settings, mark = len(usable(loop)), loop.settings, loop.log.mark
                work = _with_progress(optimising(loop), events * len(candidates_for(settings)))
            optimisation = yield from shared(("tuning", ref(loop), mark), lambda: work)
        except PersonalizerError as error:
            self.refused = error
        else:
            trial = SettingsTrial(loop, events, settings, optimisation)
            self.trials = [*self.trials, trial][-_KEPT:]

    @property
    def share(self) -> float:
        """Progress of the trial under way, from 0 to 1."""
        return self._job.progress if self._job is not None else 0.0

    def last_of(self, loop: LearningLoop) -> SettingsTrial | None:
        """Return results of the last trial on a loop's log; None without a trial."""
        return next((trial for trial in reversed(self.trials) if trial.of is loop), None)

    @locked
    def applied(self, trial: SettingsTrial) -> None:
        """Record that a trial's best settings were applied."""
        applied = replace(trial, is_applied=True)
        self.trials = [applied if other is trial else other for other in self.trials]
