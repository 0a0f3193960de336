"""Trials of other settings on the log that the Evaluate page evaluates."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from weakref import ref

from engine import PersonalizerError
from engine.evaluation.decisions import usable
from engine.evaluation.optimise import Optimisation, candidates_for, optimising
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.settings import LoopSettings
from engine.steps import Steps
from pages.parts.evaluate.background import Background
from pages.parts.work.jobs import Submit, shared, submit

_KEPT = 20
"""Runs that are kept."""


@dataclass(frozen=True, slots=True)
class Run:
    """Results of one trial of settings.

    Attributes:
        of: the loop whose log was used.
        events: number of answered events in the log then.
        settings: settings of the loop then.
        found: the candidates with their figures.
        is_applied: whether the best was set on the loop.
    """

    of: LearningLoop
    events: int
    settings: LoopSettings
    found: Optimisation
    is_applied: bool = False

    @property
    def may_apply(self) -> bool:
        """Whether the best settings are good enough and the loop's settings have not changed since
        (applying them would undo that change)."""
        return self.found.may_apply and self.of.settings == self.settings

    @property
    def is_in_force(self) -> bool:
        """Whether the best settings were applied and still are the loop's: Undo on Play and a
        later trial replace them."""
        return self.is_applied and self.of.settings == self.found.best.candidate.settings


def _with_progress(work: Steps[Optimisation], steps: int) -> Steps[Optimisation]:
    """The same work, yielding the share that is done, from 0 to 1, after each of its steps."""
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
        runs: results, the latest last.
        auto: the loop on which trials start and are applied by themselves, if any.
        refused: the error that ended the last trial, if one did.

    Args:
        submit: queues a job.
    """

    def __init__(self, submit: Submit = submit) -> None:
        super().__init__(submit)
        self.runs: list[Run] = []
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
            found = yield from shared(("tuning", ref(loop), mark), lambda: work)
        except PersonalizerError as error:
            self.refused = error
        else:
            run = Run(loop, events, settings, found)
            self.runs = [*self.runs, run][-_KEPT:]

    @property
    def share(self) -> float:
        """Progress of the trial under way, from 0 to 1."""
        return self._job.progress if self._job is not None else 0.0

    def last_of(self, loop: LearningLoop) -> Run | None:
        """Results of the last trial on a loop's log; None if there was none."""
        return next((run for run in reversed(self.runs) if run.of is loop), None)

    @locked
    def applied(self, run: Run) -> None:
        """Record that the best settings of a run were applied."""
        self.runs = [replace(one, is_applied=True) if one is run else one for one in self.runs]
