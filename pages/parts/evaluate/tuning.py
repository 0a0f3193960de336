"""Trials of other settings on the log that the Evaluate page evaluates."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from weakref import ref

from engine import PersonalizerError
from engine.evaluation.decisions import usable
from engine.evaluation.optimise import Optimisation, candidates_for, optimising
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.settings import LoopSettings
from engine.steps import Steps, telling
from pages.parts.evaluate.background import Background
from pages.parts.work.heavy_work import Ticket, submit_here
from pages.parts.work.together import Together

_KEPT = 20
"""Runs that are kept."""


@dataclass(frozen=True, slots=True)
class SettingsTrial:
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
    optimisation: Optimisation
    is_applied: bool = False

    @property
    def may_apply(self) -> bool:
        """Whether the best settings are good enough and the loop's settings have not changed since
        (applying them would undo that change)."""
        return self.optimisation.may_apply and self.of.settings == self.settings

    @property
    def is_in_force(self) -> bool:
        """Whether the best settings were applied and still are the loop's: Undo on Play and a
        later trial replace them."""
        return self.is_applied and self.of.settings == self.optimisation.best.candidate.settings


@cache
def _under_way() -> Together[Optimisation]:
    """Trials under way in this process; sessions that ask for the same one share it."""
    return Together()


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
        share: progress of the trial under way, from 0 to 1.
        refused: the error that ended the last trial, if one did.

    Args:
        submit: queues heavy work.
    """

    def __init__(self, submit: Callable[[Steps[None]], Ticket[None]] = submit_here) -> None:
        super().__init__(submit)
        self.trials: list[SettingsTrial] = []
        self.auto: LearningLoop | None = None
        self.share = 0.0
        self.refused: PersonalizerError | None = None

    @locked
    def start(self, loop: LearningLoop, lock: AbstractContextManager[object] | None = None) -> None:
        """Start a trial as heavy work.

        Args:
            lock: held while the loop's log is read.
        """
        self.stop()
        self.refused, self.share = None, 0.0
        self._ticket = self._submit(self._trying(loop, lock or nullcontext()))

    def _trying(self, loop: LearningLoop, lock: AbstractContextManager[object]) -> Steps[None]:
        yield None
        try:
            with lock:
                events, settings, mark = len(usable(loop)), loop.settings, loop.log.mark
                work = _with_progress(optimising(loop), events * len(candidates_for(settings)))
            joined = _under_way().joining((ref(loop), mark), lambda: work)
            optimisation = yield from telling(joined, partial(setattr, self, "share"))
        except PersonalizerError as error:
            self.refused = error
        else:
            trial = SettingsTrial(loop, events, settings, optimisation)
            self.trials = [*self.trials, trial][-_KEPT:]

    def last_of(self, loop: LearningLoop) -> SettingsTrial | None:
        """Results of the last trial on a loop's log; None if there was none."""
        return next((trial for trial in reversed(self.trials) if trial.of is loop), None)

    @locked
    def applied(self, trial: SettingsTrial) -> None:
        """Record that the best settings of a run were applied."""
        applied = replace(trial, is_applied=True)
        self.trials = [applied if other is trial else other for other in self.trials]
