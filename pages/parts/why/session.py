"""State of one browser session on the Why page."""

from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import RLock
from weakref import ref

from engine.evaluation.belief_contributions import Gap, gap, runner_up
from engine.evaluation.field_importance import Importances, importance_steps
from engine.evaluation.learned_weights import LearnedWeight, learned_weights_steps
from engine.loop.learning_loop import LearningLoop
from engine.loop.lock import locked
from engine.pausable_steps import Steps, telling
from engine.worlds import Context
from pages.parts.play.current_loop import OpenLoop
from pages.parts.play.why_subject import Subject, WhyQuery, finding
from pages.parts.work.crowd_arrivals import TICK
from pages.parts.work.frame_pace import pace
from pages.parts.work.job_queue import Job, shared, submit

_NAMED = 0.06
"""Share of all parts from which a group of fields has a bar of its own."""


@dataclass(frozen=True, slots=True)
class _Work:
    """Measurement of a loop at a position of its log.

    Attributes:
        steps: remaining steps. Their only reference: dropping it ends the computation.
    """

    loop: LearningLoop
    position: int
    steps: Steps[Importances | None]
    job: Job[Importances | None]


_measured: deque[tuple[Hashable, Importances | None]] = deque(maxlen=20)
"""The last measurements of all sessions of this process, by loop and history."""


def _measuring(key: Hashable, loop: LearningLoop) -> Steps[Importances | None]:
    """Measure the importance of a loop's fields, unless it was measured as the loop is now."""
    for other, known in _measured:
        if other == key:
            return known
    importances = yield from importance_steps(loop)
    _measured.append((key, importances))
    return importances


class WhySession:
    """The explained offer, and computations about its loop. Changes no loop.

    Attributes:
        subject: the explained offer as logged; None before an offer was found.
        query: query that leads to the offer.
        displayed: the same offer, or the supposed offer of a "what if".
        action, against: positions of the two compared actions; None for the mean of all.
        share: progress of the importance computation, from 0 to 1.
        drawn_live: whether a computation was under way when the page was drawn.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.subject: Subject | None = None
        self.displayed: Subject | None = None
        self.action, self.share, self.drawn_live = 0, 0.0, False
        self.against: int | None = None
        self.query = WhyQuery()
        self._seen: tuple[object, ...] = ()
        self._weights: tuple[Subject, list[LearnedWeight]] | None = None
        self._work: _Work | None = None

    # -- which offer ------------------------------------------------------------------

    def knows(self, opened: OpenLoop, query: WhyQuery) -> bool:
        """Return whether the query's offer is shown, as of the loop's current position."""
        return self._seen == (opened.loop, query, opened.loop.log.position)

    def finding(self, opened: OpenLoop, query: WhyQuery) -> Steps[bool]:
        """Find the offer of a query; return False, and show the last offer, if the event does not
        exist."""
        position = opened.loop.log.position
        subject = yield from finding(opened, query)
        is_there = subject is not None
        if subject is None:
            subject = yield from finding(opened, WhyQuery())
        assert subject is not None, "of the last event, or of who stands there"
        with self.lock:
            self._show(subject)
            self.query = subject.query
            self._seen = opened.loop, subject.query, position
        return is_there

    def _show(self, subject: Subject) -> None:
        """Show an offer; keep the compared actions and the supposed context if the offer is
        unchanged."""
        previous, displayed = self.subject, self.displayed
        self.subject = self.displayed = subject
        is_same = previous is not None and previous.ranked == subject.ranked
        if is_same and displayed is not None:
            self.displayed = subject.if_it_were(displayed.context)
            return
        self.action = subject.ranked.shown
        self.against = runner_up(subject.ranked, self.action)

    # -- what is asked of it ----------------------------------------------------------

    @locked
    def suppose(self, field: str, value: str) -> None:
        """Suppose a visitor that differs in a single field."""
        if self.subject is not None and self.displayed is not None:
            self.displayed = self.subject.if_it_were({**self.displayed.context, field: value})

    @locked
    def as_it_was(self) -> None:
        """Return to the logged visitor."""
        self.displayed = self.subject

    @locked
    def compare(self, action: int, against: int | None) -> None:
        """Compare an action with another, or with the mean of all allowed actions."""
        self.action, self.against = action, None if against == action else against

    @property
    def changed(self) -> Context:
        """Context values that differ from the logged visitor's."""
        if self.subject is None or self.displayed is None:
            return {}
        logged = self.subject.context
        return {
            name: value for name, value in self.displayed.context.items() if logged[name] != value
        }

    def gap(self) -> Gap:
        """Return the lead of the selected action, with its parts."""
        at = self.displayed
        assert at is not None
        return gap(at.loop, at.ranked, self.action, self.against, _NAMED, at.world.worth)

    # -- what its loop has learned ----------------------------------------------------

    @property
    def weights(self) -> list[LearnedWeight] | None:
        """Weights of the loop at the offer; None before `learned_weights_steps` is done."""
        return self._weights[1] if self._weights and self._weights[0] is self.subject else None

    def weighing(self) -> Steps[list[LearnedWeight]]:
        """Compute the weights of the loop at the offer."""
        subject = self.subject
        assert subject is not None
        weights = yield from learned_weights_steps(subject.loop, subject.world)
        self._weights = subject, weights
        return weights

    @locked
    def measure(self, loop: LearningLoop) -> None:
        """Compute the importance of each field in the background; equal requests share one
        computation."""
        self.share = 0.0
        mark = loop.log.mark
        key = "importance", ref(loop), mark
        steps = shared(key, lambda: _measuring(key, loop))
        self._work = _Work(loop, mark.position, steps, submit(self._measuring(steps)))

    @locked
    def stop_measuring(self) -> None:
        """Cancel the computation."""
        if self._work is not None:
            self._work.job.cancel()
            self._work = None

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Pause the measurement during other work of the session, then resume.

        Works of a session are done in order, so urgent work would otherwise wait for the
        measurement.
        """
        work = self._work
        is_put_off = work is not None and work.job.cancel()
        try:
            yield
        finally:
            if work is not None and is_put_off:
                again = submit(self._measuring(work.steps))
                self._work = replace(work, job=again)

    def _measuring(self, steps: Steps[Importances | None]) -> Steps[Importances | None]:
        """Do the remaining steps and report progress; may be interrupted and resumed."""
        return telling(steps, partial(setattr, self, "share"))

    @property
    def is_live(self) -> bool:
        """Return whether a measurement is under way."""
        return self._work is not None and not self._work.job.done()

    @property
    def pace(self) -> float | None:
        """Seconds between frames; None without a measurement under way."""
        return pace(TICK) if self.is_live else None

    def measured(self, loop: LearningLoop) -> Job[Importances | None] | None:
        """Return the job that measures the importances of a loop's fields now, or None."""
        work = self._work
        if work is None or (work.loop, work.position) != (loop, loop.log.position):
            return None
        return None if work.job.cancelled() else work.job
