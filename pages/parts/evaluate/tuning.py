"""Other settings, tried on the log that is asked."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TypeVar
from weakref import ref

from engine import PersonalizerError
from engine.evaluation.decisions import usable
from engine.evaluation.optimise import Optimisation, candidates_for, optimising
from engine.evaluation.service_search import ServiceSearch, searching, steps_of
from engine.loop.event import EventState
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.loop.settings import LoopSettings
from engine.steps import Steps, telling
from pages.parts.evaluate.background import Background
from pages.parts.heavy_work import Ticket, submit_here
from pages.parts.together import Together

T = TypeVar("T")

_KEPT = 20
"""Runs that are kept."""


@dataclass(frozen=True, slots=True)
class Run:
    """One time that settings were tried.

    Attributes:
        of: the loop whose log it was.
        events: how many there were.
        settings: of the loop then.
        found: what came of it.
        service: what came of what the retired service would have tried.
        is_applied: whether the best was set on the loop.
    """

    of: LearningLoop
    events: int
    settings: LoopSettings
    found: Optimisation
    service: ServiceSearch
    is_applied: bool = False

    @property
    def may_apply(self) -> bool:
        """Whether the best is good enough, and the loop is set as it was: changes since then are
        not taken back."""
        return self.found.may_apply and self.of.settings == self.settings

    @property
    def is_in_force(self) -> bool:
        """Whether the best was set on the loop, and is: that can be taken back on Play, or
        give way to what was found later."""
        return self.is_applied and self.of.settings == self.found.best.candidate.settings


_Both = tuple[Optimisation, ServiceSearch]


@cache
def _under_way() -> Together[_Both]:
    """Settings that are tried for some sessions of this process."""
    return Together()


def _both(work: Steps[Optimisation], tries: int, events: Sequence[EventState]) -> Steps[_Both]:
    """Try them, so often, and what the service would have tried; yields the share that is done."""
    theirs = steps_of(events)
    share = tries / (tries + theirs)
    found = yield from _followed(work, tries, 0.0, share)
    service = yield from _followed(searching(events), theirs, share, 1.0)
    return found, service


def _followed(work: Steps[T], steps: int, start: float, end: float) -> Steps[T]:
    """Do some work; yields how far it is: from one share of all to another."""
    done = 0
    while True:
        try:
            next(work)
        except StopIteration as last:
            found: T = last.value
            return found
        done += 1
        yield start + min(done / steps, 1.0) * (end - start)


class Tuning(Background):
    """Settings that are tried in the background, and what came of it.

    Attributes:
        runs: what came of it the last times, the latest last.
        auto: the loop on which it goes on by itself.
        share: how much is done.
        refused: why nothing came of it.

    Args:
        submit: stands in line for heavy work.
    """

    def __init__(self, submit: Callable[[Steps[None]], Ticket[None]] = submit_here) -> None:
        super().__init__(submit)
        self.runs: list[Run] = []
        self.auto: LearningLoop | None = None
        self.share = 0.0
        self.refused: PersonalizerError | None = None

    @locked
    def start(self, loop: LearningLoop, lock: AbstractContextManager[object] | None = None) -> None:
        """Begin, as heavy work.

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
                events, settings, mark = usable(loop), loop.settings, loop.log.mark
                work = optimising(loop)
            tries = len(events) * len(candidates_for(settings))
            joined = _under_way().joining((ref(loop), mark), lambda: _both(work, tries, events))
            found, service = yield from telling(joined, partial(setattr, self, "share"))
        except PersonalizerError as error:
            self.refused = error
        else:
            run = Run(loop, len(events), settings, found, service)
            self.runs = [*self.runs, run][-_KEPT:]

    def last_of(self, loop: LearningLoop) -> Run | None:
        """The last time that it was done on a loop's log."""
        return next((run for run in reversed(self.runs) if run.of is loop), None)

    @locked
    def applied(self, run: Run) -> None:
        """Note that the best of a run was set on the loop."""
        self.runs = [replace(one, is_applied=True) if one is run else one for one in self.runs]
